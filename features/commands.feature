Feature: The application reads, writes and executes
  An application asks OneNET over HTTP, OneNET asks the module, and the module prints the request for its host.
  The host's answer is the application's: OneNET waits 25 seconds for it.

  Background:
    Given the clock stands still

  Scenario: A resource is read
    Given the host has logged in for 3000 seconds with object 3303 and resources 5700;5701
    When the application reads /3303/0/5700
    Then the module prints +MIPLREAD: 0,{read},3303,0,5700
    And the application is still waiting
    When the host sends AT+MIPLREADRSP=0,{read},1,3303,0,5700,4,4,25.5,0,0
    Then the module answers OK
    And the application gets errno 0
    And the application gets 25.5 for resource 5700

  Scenario: An instance is read, and the host answers in two frames
    Given the host has logged in for 3000 seconds with object 3303 and resources 5700;5701
    When the application reads /3303/0
    Then the module prints +MIPLREAD: 0,{read},3303,0,-1
    When the host has sent:
      """
      AT+MIPLREADRSP=0,{read},1,3303,0,5700,4,4,25.5,1,1
      AT+MIPLREADRSP=0,{read},1,3303,0,5701,1,3,"Cel",0,0
      """
    Then the application gets 25.5 for resource 5700
    And the application gets "Cel" for resource 5701

  Scenario: A resource is written
    Given the host has logged in for 3000 seconds with object 3341 and resources 5527
    When the application writes "hello" to /3341/0/5527
    Then the module prints +MIPLWRITE: 0,{write},3341,0,5527,2,10,68656C6C6F,0
    When the host sends AT+MIPLWRITERSP=0,{write},2
    Then the module answers OK
    And the application gets errno 0

  Scenario: A write is printed in the type in which the host reported the resource before
    Given the host has logged in for 3000 seconds with object 3341 and resources 5527
    And the host has sent:
      """
      AT+MIPLNOTIFY=0,0,3341,0,5527,1,4,"idle",0,0
      """
    When the application writes "hello" to /3341/0/5527
    Then the module prints +MIPLWRITE: 0,{write},3341,0,5527,1,5,hello,0
    When the host sends AT+MIPLWRITERSP=0,{write},2
    Then the application gets errno 0

  Scenario: A resource is executed
    Given the host has logged in for 3000 seconds with object 3303 and resources 5700;5605
    When the application executes /3303/0/5605 with reset
    Then the module prints +MIPLEXECUTE: 0,{execute},3303,0,5605,5,"reset"
    When the host sends AT+MIPLEXECUTERSP=0,{execute},2
    Then the module answers OK
    And the application gets errno 0

  Scenario: The host refuses a read
    Given the host has logged in for 3000 seconds with object 3303 and resources 5700
    When the application reads /3303/0/5700
    Then the module prints +MIPLREAD: 0,{read},3303,0,5700
    When the host sends AT+MIPLREADRSP=0,{read},11
    Then the application gets errno 5106, unsuccess:bad_request

  Scenario Outline: The result code of the host's answer is the application's reason
    Given the host has logged in for 3000 seconds with object 3303 and resources 5605
    When the application executes /3303/0/5605
    Then the module prints +MIPLEXECUTE: 0,{execute},3303,0,5605
    When the host sends AT+MIPLEXECUTERSP=0,{execute},<result>
    Then the application gets errno 5106, unsuccess:<reason>

    Examples:
      | result | reason             |
      | 11     | bad_request        |
      | 12     | unauthorized       |
      | 13     | not_found          |
      | 14     | method_not_allowed |

  Scenario Outline: A host that does not answer costs the application 25 seconds
    Given the host has logged in for 3000 seconds with object 3303 and resources 5700;5605
    When the application <asks>
    And 24 seconds pass
    Then the application is still waiting
    When 1 second passes
    Then the application gets errno 5106, unsuccess:time_out

    Examples:
      | asks                             |
      | reads /3303/0/5700               |
      | writes 21.5 to /3303/0/5700      |
      | executes /3303/0/5605 with reset |

  Scenario: The module refuses an answer that comes too late
    Given the host has logged in for 3000 seconds with object 3303 and resources 5700
    When the application reads /3303/0/5700
    Then the module prints +MIPLREAD: 0,{read},3303,0,5700
    When 45 seconds pass
    And the host sends AT+MIPLREADRSP=0,{read},1,3303,0,5700,4,4,25.5,0,0
    Then the module refuses with 653

  Scenario: Nothing is asked of a device that is offline
    Given the host has logged in for 3000 seconds with object 3303 and resources 5700
    And 3001 seconds pass
    When the application reads /3303/0/5700
    Then the application gets errno 2001, device not online
    And the module stays silent
