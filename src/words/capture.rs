//! The help of `capture`.

use super::Page;

/// Arguments of several of its commands.
pub(super) const SHARED: &[(&str, &str)] = &[
    ("offline", "无法启动的系统的 Windows 文件夹，如 D:\\Windows，用于 WinPE 或另一个 Windows"),
    ("boots", "有各自跟踪的启动次数，1 到 15，默认为 1：用于需要多次重启的更新"),
    ("procmon", "Process Monitor (Procmon64.exe)，同时记录下一次启动；会先复制，运行的是副本"),
    ("accept_eula", "确认已阅读并接受 Process Monitor 的许可条款"),
    ("kernel", "增加内核自己的会话：每个文件和注册表操作，每次启动数 GB"),
    ("no_shutdown", "从现在到重启之间不记录"),
    ("auto_collect", "下一次启动后自动打包一次"),
];

pub(super) const PAGES: &[Page] = &[
    Page {
        path: "capture",
        about: "在出错的计算机上记录更新的重启，并打包报告所需的内容",
        more: "请在该计算机上以管理员身份运行：启用 (arm)，安装更新，重启，打包 (collect)，还原 (disarm)。不下载也不安装任何内容：由 Windows 自身记录 (ETW)，提供 Process Monitor 时也由它记录。plan 先列出全部更改，可在任意系统上运行；其他命令需要 Windows。",
        after: "\
示例（在出错的计算机上，命令提示符以管理员身份运行）：
  bootrace capture plan                                      将做哪些更改，如何还原
  bootrace capture arm                                       跟踪下一次启动及此前的关机
  bootrace capture arm --procmon D:\\Procmon64.exe --accept-eula --boots 3
  bootrace capture status                                    重启之后：是否已记录，是否有丢失
  bootrace capture collect -o D:\\case-4711.zip               含跟踪、日志和清单的一个 .zip
  bootrace capture disarm                                    还原全部更改
  bootrace capture live -- wusa D:\\x.msu /quiet /norestart   未重启就失败的安装
然后在任意系统上：
  bootrace report case-4711.zip

退出代码：0 完成；2 未完成，消息会说明怎么做。",
        arguments: &[],
    },
    Page {
        path: "capture plan",
        about: "逐步显示启用会做哪些更改以及如何还原；不做任何更改",
        more: "",
        after: "\
示例：
  bootrace capture plan
  bootrace capture plan --procmon D:\\Procmon64.exe --boots 3
  bootrace capture plan --json | jq .steps
  bootrace capture plan --format cmd -o scripts     用于不允许运行未签名程序的计算机的脚本",
        arguments: &[
            ("json", "以 JSON 显示"),
            (
                "format",
                "cmd：arm.cmd、status.cmd、collect.cmd 和 disarm.cmd，只运行 Windows 自带的程序和 Process Monitor",
            ),
            ("output", "脚本的文件夹"),
        ],
    },
    Page {
        path: "capture arm",
        about: "设置计算机，使其记录接下来的启动",
        more: "",
        after: "\
示例：
  bootrace capture arm
  bootrace capture arm --procmon D:\\Procmon64.exe --accept-eula
  bootrace capture arm --boots 3 --auto-collect     需要多次重启的更新",
        arguments: &[("reboot", "启用后立即重启；不带此选项时从不自动重启")],
    },
    Page {
        path: "capture status",
        about: "显示是否已启用、记录了什么、丢失了什么；不做任何更改",
        more: "",
        after: "\
示例：
  bootrace capture status
  bootrace capture status --offline D:\\Windows     在 WinPE 中",
        arguments: &[],
    },
    Page {
        path: "capture collect",
        about: "将跟踪、日志和计算机信息打包成一个 .zip",
        more: "",
        after: "\
示例：
  bootrace capture collect -o D:\\case-4711.zip
  bootrace capture collect --redact -o D:\\case-4711.zip
  bootrace capture collect --unarmed -o D:\\logs.zip     只有日志，没有跟踪",
        arguments: &[
            (
                "output",
                "要写出的 .zip，须在只有管理员能写入的文件夹中；默认在 %SystemRoot%\\bootrace\\bundles",
            ),
            ("redact", "遮盖人员和计算机的名称，无法遮盖的不打包；SECURITY.md 说明仍保留哪些内容"),
            ("unarmed", "打包未启用采集的计算机的日志"),
        ],
    },
    Page {
        path: "capture disarm",
        about: "还原全部更改；任何时候都可安全运行，也可重复运行",
        more: "",
        after: "\
示例：
  bootrace capture disarm
  bootrace capture disarm --offline D:\\Windows     在 WinPE 中",
        arguments: &[("discard", "同时删除没有包含在已完成的采集包中的跟踪")],
    },
    Page {
        path: "capture live",
        about: "在命令运行期间记录，用于未重启就出现的失败",
        more: "",
        after: "\
示例：
  bootrace capture live -- wusa D:\\x.msu /quiet /norestart
  bootrace capture live -- dism /online /add-package /packagepath:D:\\x.cab
  bootrace capture live -o D:\\sfc.etl -- sfc /scannow

退出代码与该命令相同。",
        arguments: &[
            ("output", "要写出的跟踪文件 (.etl)；默认在 %SystemRoot%\\bootrace\\bundles"),
            ("command", "要运行的命令：完整路径，或 System32 中程序的名称"),
        ],
    },
];
