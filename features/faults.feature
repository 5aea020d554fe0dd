Feature: A login survives what goes wrong
  Faults are declared by their kind and a few keys: what, where, when, how often, how likely. The world's seed decides
  everything random about them.

  Background:
    Given the clock stands still
    And the seed is 5

  Scenario: A login gets through although thirty percent of all datagrams are lost
    Given the fault network.loss,probability=0.3
    And the host has sent:
      """
      AT+MIPLCREATE
      AT+MIPLADDOBJ=0,3303,1,"1",0,0
      AT+MIPLOPEN=0,3000,60
      """
    When 5 minutes pass
    Then a fault has struck
    And the platform shows the device online

  Scenario: A restart in the midst of work is noticed by the platform at the end of the lifetime
    Given the host has logged in for 100 seconds with object 3303 and resources 5700
    When the fault module.reboot
    And 101 seconds pass
    Then the platform shows the device offline

  Scenario: With poor coverage a login takes longer
    Given the network is ecl2
    And the host has sent:
      """
      AT+MIPLCREATE
      AT+MIPLADDOBJ=0,3303,1,"1",0,0
      AT+MIPLOPEN=0,3000,60
      """
    When 14 seconds pass
    Then the platform shows the device offline
    When 1 minute passes
    Then the platform shows the device online
