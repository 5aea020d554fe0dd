Feature: Every step, said in English

  Scenario: A life in one sitting
    Given a m5310a module
    And the seed is 7
    And the clock stands still
    And the platform knows the device with auth code cmiot
    When the host sends AT+MIPLCREATEEX="nbiotacc.heclouds.com",0,"cmiot"
    Then the module answers:
      """
      +MIPLCREATEEX:0
      OK
      """
    When the host has sent:
      """
      AT+MIPLADDOBJ=0,3303,1,"1",0,0
      AT+MIPLDISCOVERRSP=0,3303,1,4,"5700"
      """
    And the host sends AT+MIPLOPEN=0,3000,30
    Then the module answers OK
    And the module prints:
      """
      +MIPLEVENT:0,6
      +MIPLOBSERVE:0,{observe},1,3303,0,-1
      """
    And the module prints +MIPLDISCOVER:0,{discover},3303
    And the module prints +MIPLREAD:0,{chain},3,0,-1
    And the module stays silent
    And the module's last request carries lt=3000
    And the platform shows the device online
    And data stream 3303_0_5700 is empty
    When the host sends AT+MIPLNOTIFY=0,{observe},3303,0,5700,4,4,25.5,0,0,7
    Then the module reports event 26 with 7
    And data stream 3303_0_5700 holds 25.5
    And the journal shows {"kind": "datapoint", "value": {">": 25}} within 0 seconds
    And the journal shows {"kind": "datapoint", "value": {">": 26}} never within 0.1 seconds
    When the application reads /3303/0/5700
    Then the application is still waiting
    And the module prints +MIPLREAD:0,{read},3303,0,5700
    When the host sends AT+MIPLREADRSP=0,{read},1,3303,0,5700,4,4,26.5,0,0
    Then the application gets errno 0
    And the application gets 26.5 for resource 5700
    When the application writes 21.5 to /3303/0/5700
    And 25 seconds pass
    Then the application gets errno 5106, unsuccess:time_out
    When the application executes /3303/0/5605 with reset
    And 1 minute passes
    Then the application gets errno 5106
    When the module is switched off
    And 1 hour passes
    Then the platform shows the device offline
    When the module is switched on
    And 10 seconds pass
    And the host sends AT+MIPLCLOSE=0
    Then the module refuses with 653
    When the module is reset
    And 0.5 days pass
    Then the module prints REBOOT_CAUSE_SECURITY_RESET_PIN

  Scenario: A login in one step
    Given the host has logged in for 100 seconds with object 3306 and resources 5850;5851
    Then the platform shows the device online

  Scenario: What goes wrong is lifted again
    Given the clock stands still
    And the network is nat60
    And the fault module.answer,match=CSQ,text=ERROR
    When the host sends AT+CSQ
    Then the module answers ERROR
    And a fault has struck
    When the faults are lifted
    And the host sends AT+CSQ
    Then the module answers OK
