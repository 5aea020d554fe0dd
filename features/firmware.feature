Feature: The platform upgrades a module's firmware over the air
  OneNET sends the image in blocks and tells the module to update. The module restarts by itself in the midst of
  whatever its host is doing; a driver must see the boot text, log in again, and be told that all has gone well.

  Background:
    Given the clock stands still

  Scenario: An upgrade from the image to the new version
    Given the host has logged in for 3000 seconds with object 3303 and resources 5700
    When the platform upgrades the device to firmware MN316-DBRS-MBRH0C01
    Then the module prints:
      """
      +MIPLREAD: 0,{before},3,0,9
      +MIPLEVENT: 0,40
      +MIPLEVENT: 0,42
      +MIPLREAD: 0,{between},3,0,9
      +MIPLEVENT: 0,43
      """
    And the platform shows the upgrade as updating
    When 30 seconds pass
    Then the module prints:
      """
      +MATREADY
      +MIPLEVENT: 0,44
      """
    When the host sends AT+CGMR
    Then the module answers:
      """
      MN316-DBRS-MBRH0C01
      OK
      """
    When the host has logged in for 3000 seconds with object 3303 and resources 5700
    Then the platform shows the upgrade as done

  Scenario: The module reports the end of an upgrade at its next login
    Given the host has logged in for 3000 seconds with object 3303 and resources 5700
    And the platform upgrades the device to firmware MN316-DBRS-MBRH0C01
    And 30 seconds pass
    And the module reports event 44
    When the host has sent:
      """
      AT+MIPLCREATE
      AT+MIPLOPEN=0,3000,30
      """
    Then the module prints +MIPLEVENT: 0,6
    And the module prints +MIPLEVENT: 0,46

  Scenario: A module that installs a broken image keeps its old firmware
    Given the host has logged in for 3000 seconds with object 3303 and resources 5700
    When the platform upgrades the device to firmware MN316-DBRS-MBRH0C01 with a broken image
    And 30 seconds pass
    Then the module reports event 45
    When the host sends AT+CGMR
    Then the module answers:
      """
      MN316-DBRS-MBRH0C00
      OK
      """
    When the host has logged in for 3000 seconds with object 3303 and resources 5700
    Then the platform shows the upgrade as failed

  Scenario: The platform waits 20 minutes for a device to log in again
    Given the host has logged in for 3000 seconds with object 3303 and resources 5700
    When the platform upgrades the device to firmware MN316-DBRS-MBRH0C01
    And 19 minutes pass
    Then the platform shows the upgrade as updating
    When 1 minute passes
    Then the platform shows the upgrade as failed
