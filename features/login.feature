Feature: A module logs in to OneNET
  Firmware tells its module where OneNET is, which objects it has, and for how long it wants to be known.
  The module then logs in by itself: through the bootstrap server, which hands it the address of the access
  machine, or straight to the access machine. Events tell how far it has come: 2 after bootstrap, 6 after the
  registration. OneNET at once observes each object instance and discovers each object.

  Background:
    Given the clock stands still

  Scenario: AT+MIPLCREATE alone means the main platform, through its bootstrap server
    Given the host sends AT+MIPLCREATE
    And the module answers:
      """
      +MIPLCREATE: 0
      OK
      """
    And the host has sent:
      """
      AT+MIPLADDOBJ=0,3303,1,"1",0,0
      AT+MIPLDISCOVERRSP=0,3303,1,9,"5700;5701"
      """
    When the host sends AT+MIPLOPEN=0,3000,30
    Then the module answers OK
    And the module prints:
      """
      +MIPLEVENT: 0,2
      +MIPLEVENT: 0,6
      +MIPLOBSERVE: 0,{observe},1,3303,0,-1
      +MIPLDISCOVER: 0,{discover},3303
      +MIPLREAD: 0,{read},3,0,-1
      """
    And the module stays silent
    And the platform shows the device online

  Scenario Outline: AT+MIPLCREATEEX says by its flag whether the address is that of a bootstrap server
    Given the host has sent:
      """
      AT+MIPLCREATEEX="<address>",<flag>
      AT+MIPLADDOBJ=0,3303,1,"1",0,0
      AT+MIPLDISCOVERRSP=0,3303,1,4,"5700"
      """
    When the host sends AT+MIPLOPEN=0,3000,30
    Then the module answers OK
    And the module prints +MIPLEVENT: 0,<first event>
    And the platform shows the device online

    Examples:
      | address                   | flag | first event |
      | nbiotbt.heclouds.com:5683 | 1    | 2           |
      | 183.230.40.39:5683        | 1    | 2           |
      | nbiotacc.heclouds.com     | 0    | 6           |
      | 183.230.40.40:5683        | 0    | 6           |

  Scenario: Every object instance is observed, in the order in which the objects were added
    Given the host has sent:
      """
      AT+MIPLCREATE
      AT+MIPLADDOBJ=0,3306,1,"1",0,0
      AT+MIPLADDOBJ=0,3303,2,"11",0,0
      AT+MIPLDISCOVERRSP=0,3306,1,4,"5850"
      AT+MIPLDISCOVERRSP=0,3303,1,4,"5700"
      AT+MIPLOPEN=0,3000,30
      """
    Then the module reports event 6
    And the module prints +MIPLOBSERVE: 0,{first},1,3306,0,-1
    And the module prints +MIPLOBSERVE: 0,{second},1,3303,0,-1
    And the module prints +MIPLOBSERVE: 0,{third},1,3303,1,-1

  Scenario: A module of the CIS family leaves it to its host to answer OBSERVE and DISCOVER
    Given a m5310 module
    And the host has sent:
      """
      AT+MIPLCREATE
      AT+MIPLADDOBJ=0,3303,1,"1",1,1
      AT+MIPLOPEN=0,3600,30
      """
    Then the module prints:
      """
      +MIPLEVENT:0,1
      +MIPLEVENT:0,2
      +MIPLEVENT:0,4
      +MIPLEVENT:0,6
      +MIPLOBSERVE:0,{observe},1,3303,0,-1
      """
    And the module stays silent
    When the host sends AT+MIPLOBSERVERSP=0,{observe},1
    Then the module prints +MIPLDISCOVER:0,{discover},3303
    When the host sends AT+MIPLDISCOVERRSP=0,{discover},1,9,"5700;5605"
    Then the module answers OK
    And the platform shows the device online

  Scenario: A module that is logged in refuses a second login
    Given the host has logged in for 3000 seconds with object 3303 and resources 5700
    When the host sends AT+MIPLOPEN=0,3000,30
    Then the module refuses with 602
