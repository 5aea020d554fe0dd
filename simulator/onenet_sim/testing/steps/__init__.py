"""Gherkin steps for pytest-bdd, each in English and in Chinese.

One line makes them known::

    pytest_plugins = ["onenet_sim.testing.steps"]

It goes into the root ``conftest.py`` or into the test module that binds the scenarios; ``pytest -p
onenet_sim.testing.steps`` does the same. (pytest takes ``pytest_plugins`` in no ``conftest.py`` further down.)
A step goes with any keyword, so that ``Given``, ``When`` and ``Then`` are the author's choice.

====================================================================  =====================================
World                                                                 世界
====================================================================  =====================================
a m5310a module                                                       一个 m5310a 模组
the seed is 7                                                         随机种子为 7
the clock stands still                                                时钟静止
25 seconds pass (minutes, hours, days)                                过去 25 秒（分钟、小时、天）
the network is lossy (good, ecl1, ecl2, nat60, flapping)              网络状况为 lossy（good、ecl1、…）
the fault network.loss,probability=0.3                                故障 network.loss,probability=0.3
a fault has struck; the faults are lifted                             故障已发生；解除所有故障
the journal shows {"kind": "datapoint"} within 5 seconds;             日志在 5 秒内出现 {"kind": "datapoint"}；
… never within 5 minutes                                              日志在 5 分钟内不出现 …
====================================================================  =====================================

====================================================================  =====================================
Module                                                                模组
====================================================================  =====================================
the host sends AT+MIPLOPEN=0,3000,30                                  主机发送 AT+MIPLOPEN=0,3000,30
the host has sent (lines below, each answered OK)                     主机已发送（下列各行，均回复 OK）
the host has logged in for 3000 seconds with object 3303 and          主机已登录，有效期 3000 秒，对象
resources 5700;5701                                                   3303，资源 5700;5701
the module answers OK, or: answers (lines below)                      模组回复 OK，或：回复（下列各行）
the module refuses with 602                                           模组报错 602
the module prints +MIPLEVENT: 0,6, or: prints (lines below, in        模组打印 +MIPLEVENT: 0,6，或：打印
this order)                                                           （下列各行，依次）
the module reports event 6; reports event 26 with 7                   模组上报事件 6；上报事件 26，附带 7
the module stays silent                                               模组保持沉默
the module's last request carries lt=86400                            模组最近的请求带有 lt=86400
the module is switched on (off), is reset                             模组上电（断电、复位）
====================================================================  =====================================

====================================================================  =====================================
Platform                                                              平台
====================================================================  =====================================
the platform knows the device; … with auth code cmiot                 平台已有该设备；…，鉴权码为 cmiot
the platform shows the device online (offline)                        平台显示设备在线（离线）
data stream 3303_0_5700 holds 25.5; … is empty                        数据流 3303_0_5700 的最新值为 25.5；…为空
the platform upgrades the device to firmware MN316-2; … with a        平台将设备升级到固件 MN316-2；…，但镜像已损坏
broken image
the platform shows the upgrade as done (failed, updating, …)          平台显示升级成功（失败、更新中、…）
the application reads /3303/0/5700                                    应用读取 /3303/0/5700
the application writes 21.5 to /3308/0/5900                           应用向 /3308/0/5900 写入 21.5
the application executes /3303/0/5605; … with reset                   应用执行 /3303/0/5605；…，参数 reset
the application gets errno 0; … errno 5106, unsuccess:time_out        应用得到 errno 0；…5106，unsuccess:time_out
the application gets 25.5 for resource 5700                           应用得到资源 5700 的值 25.5
the application is still waiting                                      应用仍在等待
====================================================================  =====================================

In what the host sends and the module prints, ``{name}`` stands for a token, such as a message id: it takes
whatever stands there first, and is that from then on. ``{imei}`` and ``{imsi}`` are the module's own. Values
(``25.5``, ``true``, ``[1, 2]``) are JSON; what is no JSON is text.

What the journal shows is described in JSON, as :mod:`onenet_sim.journal.pattern` has it. All counts that came
since the host or an application last did something. A clock that stands still jumps to the end of the time.

The module that speaks is the world's first; a firmware of the user's own may be the host as well, on the
fixture ``modem_port``.
"""

pytest_plugins = (
    "onenet_sim.testing.steps.world",
    "onenet_sim.testing.steps.module",
    "onenet_sim.testing.steps.platform",
    "onenet_sim.testing.steps.application",
)
