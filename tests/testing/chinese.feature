# language: zh-CN
功能: 每个步骤的中文说法

  场景: 从头到尾
    假如一个 m5310a 模组
    并且随机种子为 7
    并且时钟静止
    并且平台已有该设备，鉴权码为 cmiot
    当主机发送 AT+MIPLCREATEEX="nbiotacc.heclouds.com",0,"cmiot"
    那么模组回复：
      """
      +MIPLCREATEEX:0
      OK
      """
    当主机已发送：
      """
      AT+MIPLADDOBJ=0,3303,1,"1",0,0
      AT+MIPLDISCOVERRSP=0,3303,1,4,"5700"
      """
    并且主机发送 AT+MIPLOPEN=0,3000,30
    那么模组回复 OK
    并且模组打印：
      """
      +MIPLEVENT:0,6
      +MIPLOBSERVE:0,{observe},1,3303,0,-1
      """
    并且模组打印 +MIPLDISCOVER:0,{discover},3303
    并且模组打印 +MIPLREAD:0,{chain},3,0,-1
    并且模组保持沉默
    并且模组最近的请求带有 lt=3000
    并且平台显示设备在线
    并且数据流 3303_0_5700 为空
    当主机发送 AT+MIPLNOTIFY=0,{observe},3303,0,5700,4,4,25.5,0,0,7
    那么模组上报事件 26，附带 7
    并且数据流 3303_0_5700 的最新值为 25.5
    并且日志在 0 秒内出现 {"kind": "datapoint", "value": {">": 25}}
    并且日志在 0.1 秒内不出现 {"kind": "datapoint", "value": {">": 26}}
    当应用读取 /3303/0/5700
    那么应用仍在等待
    并且模组打印 +MIPLREAD:0,{read},3303,0,5700
    当主机发送 AT+MIPLREADRSP=0,{read},1,3303,0,5700,4,4,26.5,0,0
    那么应用得到 errno 0
    并且应用得到资源 5700 的值 26.5
    当应用向 /3303/0/5700 写入 21.5
    并且过去 25 秒
    那么应用得到 errno 5106，unsuccess:time_out
    当应用执行 /3303/0/5605，参数 reset
    并且过去 1 分钟
    那么应用得到 errno 5106
    当模组断电
    并且过去 1 小时
    那么平台显示设备离线
    当模组上电
    并且过去 10 秒
    并且主机发送 AT+MIPLCLOSE=0
    那么模组报错 653
    当模组复位
    并且过去 0.5 天
    那么模组打印 REBOOT_CAUSE_SECURITY_RESET_PIN

  场景: 一步登录
    假如主机已登录，有效期 100 秒，对象 3306，资源 5850;5851
    那么平台显示设备在线

  场景: 故障发生后解除
    假如时钟静止
    并且网络状况为 nat60
    并且故障 module.answer,match=CSQ,text=ERROR
    当主机发送 AT+CSQ
    那么模组回复 ERROR
    并且故障已发生
    当解除所有故障
    并且主机发送 AT+CSQ
    那么模组回复 OK
