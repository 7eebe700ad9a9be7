//! The help of `bootrace fleet`.

use super::Page;

/// Arguments of several commands.
pub(super) const SHARED: &[(&str, &str)] = &[("db", "数据库文件")];

pub(super) const PAGES: &[Page] = &[
    Page {
        path: "fleet",
        about: "找出众多计算机中哪些由同一原因导致失败",
        more: "`fleet add` 分析工单，并把报告的内容保存到一个 SQLite 文件中。其他命令从该文件作答。任何 SQLite 工具都能读取它。",
        after: "\
示例：
  bootrace fleet add bundles --db fleet.db      文件夹中的每个采集包是一个工单
  bootrace fleet add good --db fleet.db --healthy
  bootrace fleet report --db fleet.db -o fleet.html
  bootrace report PC-4711.zip --fleet fleet.db  一个工单，与其他所有工单对照",
        arguments: &[],
    },
    Page {
        path: "fleet add",
        about: "分析工单并添加到数据库",
        more: "一个文件是一个工单：采集包、日志或跟踪。直接包含 .zip 以外文件的文件夹是一个工单。只含 .zip 文件和文件夹的文件夹是集合：其中每个 .zip 和每个文件夹各是一个工单。\
每个工单由单独的进程分析，因此有问题的工单只会成为一行错误记录，不影响其他工单。数据库中已有的工单（按内容的哈希值识别）会被跳过：可以随时停止命令并重新运行。",
        after: "\
示例：
  bootrace fleet add bundles --db fleet.db
  bootrace fleet add PC-1.zip PC-2.zip day-3 --db fleet.db --redact
  bootrace fleet add good --db fleet.db --healthy

退出代码：0 完成，即使有工单无法分析；2 找不到工单或数据库无法写入。",
        arguments: &[
            ("cases", "采集包、日志、跟踪，或包含它们的文件夹"),
            ("healthy", "这些工单是更新成功的启动"),
            ("redact", "保存前用哈希值替换计算机名和用户名"),
            ("jobs", "同时分析的工单数；默认为每个核心一个"),
            ("timeout", "一个工单最多可用的秒数；默认 300"),
            ("memory", "一个工单最多可用的内存，单位 MiB；默认 2048"),
        ],
    },
    Page {
        path: "fleet report",
        about: "显示哪些计算机由同一原因导致失败，以及它们还有哪些共同点",
        more: "特征标识相同的工单为一组。每组显示：多少台计算机，哪些日期、内部版本和更新；一个示例工单及其下一步；以及组内计算机共有而其他计算机没有、且无法用偶然解释的内容。",
        after: "\
示例：
  bootrace fleet report --db fleet.db -o fleet.html
  bootrace fleet report --db fleet.db           在终端上显示最大的几组
  bootrace fleet report --db fleet.db --format json | jq '.groups[].id'

退出代码：0 完成；2 数据库无法读取或报告无法写入。",
        arguments: &[
            ("output", "要写入的文件；`-` 为标准输出；默认为标准输出"),
            (
                "format",
                "要写出的格式；默认取决于 -o 的扩展名，否则为 text

html：供人阅读的网页
text：终端上的文本
json：全部内容，供程序读取",
            ),
        ],
    },
    Page {
        path: "fleet query",
        about: "用 SQL 查询数据库",
        more: "数据库以只读方式打开。docs/FLEET.md 说明各个表。除 SQLite 自带的函数外，还有 masked(path)：去除因计算机而异的部分后的路径。",
        after: "\
示例：
  bootrace fleet query --db fleet.db \"SELECT build, count(*) FROM cases GROUP BY build\"
  bootrace fleet query --db fleet.db \"SELECT name, error FROM cases WHERE state = 'error'\" --format csv

退出代码：0 完成；2 数据库无法读取或 SQL 有误。",
        arguments: &[
            ("sql", "查询语句"),
            (
                "format",
                "显示的格式；默认为 table

table：对齐的表格，供人阅读
csv：供程序读取",
            ),
        ],
    },
    Page {
        path: "fleet export",
        about: "写出数据库，供其他程序使用",
        more: "",
        after: "\
示例：
  bootrace fleet export --db fleet.db --jsonl cases.jsonl
  bootrace fleet export --db fleet.db --ocsf events.jsonl
  bootrace fleet export --db fleet.db --parquet tables

退出代码：0 完成；2 数据库无法读取或文件无法写入。",
        arguments: &[
            (
                "jsonl",
                "每个工单一行 JSON：除数据库的列外，还有 Windows Update for Business 报告中 UCUpdateAlert 的列名",
            ),
            ("ocsf", "每行一个 OCSF 事件：Operating System Patch State，仅限有更新、内部版本和时间的工单"),
            ("parquet", "以 Parquet 写出全部表，每个表一个文件；需要以 parquet 功能构建"),
        ],
    },
];
