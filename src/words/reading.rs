//! The help of what reads: reports, events, logs, codes, rules.

use super::Page;

const LIST_OF_FORMATS: &str = "要写出的格式；默认取决于 -o 的扩展名，否则为 html,png,json

html：供人阅读的网页
png：结论与时间线的图片
json：全部内容，供程序读取
text：15 行以内的结论
compare：与基准启动的完整对比
dot：失败周围的关系图，用于 Graphviz
mermaid：同一关系图，用于 Markdown 页面和 wiki
perfetto：随时间变化的阶段、服务、进程和操作，用于 ui.perfetto.dev
chrome：同上，Chrome 的跟踪格式，用于 chrome://tracing 等
pmc：只显示证据的 Process Monitor 配置：File > Import Configuration
brief：结论、证据和下一步，不超过 2,000 个 token，供语言模型使用
triage：不超过 2 KB 的一个 JSON 对象，供资产清单系统使用";

/// Arguments of several commands.
pub(super) const SHARED: &[(&str, &str)] = &[
    ("help", "显示帮助；-h 显示摘要，--help 显示全部"),
    ("version", "显示版本"),
    ("lang", "语言：en 或 zh-CN；默认为系统的界面语言"),
    ("redact", "去除用户名、计算机名和域名"),
    ("format", LIST_OF_FORMATS),
    (
        "filters",
        "只取满足条件的事件，例如 'result is \"ACCESS DENIED\"'；可多次给出

列是 Process Monitor 的列，可写列标题，或小写加连字符：\"Process Name\" 或 process-name、pid、operation、path、result、detail、event-class、duration、command-line、user、tid、category 等。\
关系有 is、is not、less than、more than、begins with、ends with、contains、excludes，可用空格或连字符；也可用符号 =、!= 和两个尖括号。\
同一列的多个条件是“或”的关系，不同列的条件必须同时成立，is not 和 excludes 排除事件。不区分大小写。结果可以是文本、状态码 (0xC0000022) 或其名称；时长要带单位 (5ms)。",
    ),
    (
        "from",
        "只取此时刻及之后的事件：报告中的写法 @14.8s、首个事件之后的 +14.8s、时刻 (00:58:01+09:00)、表示某事件时间的 #1588，或 2024-10-02T15:58:05.5Z",
    ),
    ("to", "只取此时刻及之前的事件"),
    ("around", "只取此时刻前后一秒内的事件，或其后给出的时长之内：@14.8s、'#1588±500ms'"),
];

pub(super) const PAGES: &[Page] = &[
    Page {
        path: "",
        about: "指出是哪个文件或注册表操作使 Windows 更新在重启时失败",
        more: "",
        after: "",
        arguments: &[],
    },
    Page {
        path: "report",
        about: "指出使更新失败的操作，并写出报告",
        more: "请提供从该计算机取得的全部文件，可以任意组合：bootrace 按内容识别每个文件。结论显示在终端上，报告写入文件夹：report.html 供人阅读，report.png 用于邮件，report.json 供程序读取。",
        after: "\
示例：
  bootrace report boot.pml                      结论，以及日志旁边的 boot.pml-report/
  bootrace report boot.pml -o case-4711         同上，写入 case-4711 文件夹
  bootrace report boot.pml -o verdict.html --lang zh-CN
  bootrace boot.pml                             等同于 `bootrace report boot.pml`
  bootrace report boot.pml -o - --format json | jq .verdict
  bootrace report boot.pml --baseline good.pml  与基准启动对比
  bootrace report boot.pml boot.etl CBS.log     同一工单：两份跟踪和日志对齐到同一时钟
  bootrace report boot.pml --format html,pmc,perfetto
                                                网页、Process Monitor 的筛选器、用于 ui.perfetto.dev 的跟踪
  bootrace report boot.pml -o - --format brief  供语言模型使用

退出代码：0 完成；1 仅在使用 --exit-code 且更新失败时出现，无论是否指出操作；2 输入缺失、全部无法读取或报告无法写入。\
文件无法写入时也会显示结论。",
        arguments: &[
            (
                "inputs",
                "Process Monitor 日志 (.pml)、原始启动日志 (.pmb) 和导出文件 (.csv、.xml)、ETW 跟踪 (.etl)、CBS.log 等服务堆栈日志、事件日志、注册表配置单元，以及包含它们的文件夹和 .zip 文件",
            ),
            (
                "output",
                "报告的文件夹；以 .html、.png、.json、.txt、.dot、.mmd、.pftrace 或 .pmc 结尾时只写这一个文件；`-` 为标准输出；默认为第一个输入旁边的“输入-report”",
            ),
            ("note", "加入报告的备注，例如已尝试的办法；可多次给出。输入中的 case.md 作用相同"),
            ("verbose", "在结论后列出各阶段的耗时"),
            ("rules", "自定义规则 (.toml) 的文件夹，与内置规则一起使用"),
            (
                "baseline",
                "同一台或同类计算机上更新成功的一次启动：文件、文件夹或 .zip 文件；该次启动有多个文件时可多次给出",
            ),
            ("fleet", "`bootrace fleet add` 的数据库：同一结果在同一对象上出现于多少次其他启动"),
            ("explain", "在标准错误中说明事件为何是或不是候选项：排名靠前的候选项，或具有此路径或编号的事件"),
            (
                "registry",
                "在 Windows 上同时把 `--format triage` 的值写入 HKLM\\SOFTWARE\\bootrace，供 Intune 和 Configuration Manager 使用；需要管理员权限",
            ),
            ("exit_code", "更新失败时以退出代码 1 结束"),
        ],
    },
    Page {
        path: "signature",
        about: "显示失败原因在不同计算机上共有的特征",
        more: "同一原因在每台计算机上的特征标识都相同，与版本、语言、驱动器号、用户以及是否有 CBS.log 无关。逐项列出各组成部分、是否参与标识以及原因。每个输入是一个单独的工单。",
        after: "\
示例：
  bootrace signature case-4711.zip
  bootrace signature case-*.zip --format json | jq -r '.[].signature.id' | sort | uniq -c

退出代码：0 完成；2 有工单无法读取。",
        arguments: &[
            ("cases", "工单：一个文件、文件夹或 .zip 文件为一个工单"),
            ("format", "text：供人阅读；json：供程序读取"),
        ],
    },
    Page {
        path: "compare",
        about: "并列显示多次更新尝试：哪些都失败，哪些只在部分尝试中失败，期间有何变化",
        more: "通常是同一台计算机的多次尝试。按顺序提供，每次尝试一个文件、文件夹或 .zip 文件。失败项是对象、操作、代码、安装程序、驱动程序、服务；变化是更新包、服务的启动类型、驱动程序及其版本。",
        after: "\
示例：
  bootrace compare 0904.zip 1102.zip
  bootrace compare 0904.zip 1102.zip 1120.zip -o attempts.html
  bootrace compare 0904.zip 1102.zip --format json | jq .shared

退出代码：0 完成，无论有无共同的失败项；2 有尝试无法读取，或文件无法写入。",
        arguments: &[
            ("cases", "尝试，按顺序：一个文件、文件夹或 .zip 文件为一次尝试"),
            ("output", "写入此文件；默认为标准输出"),
            ("format", "text、json 或 html；默认取决于 -o 的扩展名，否则为 text"),
        ],
    },
    Page {
        path: "events",
        about: "列出、筛选和导出跟踪中的事件",
        more: "跟踪是 Process Monitor 或 ETW 的日志，按内容识别；文件夹或压缩文件中的全部跟踪会依次读取。跟踪没有记录的列为空。",
        after: "\
示例：
  bootrace events boot.pml --where 'result is \"ACCESS DENIED\"'
  bootrace events boot.pml --where 'Process Name is poqexec.exe' --where 'result != SUCCESS'
  bootrace events boot.pml --around '#1588±500ms'
  bootrace events boot.pml --from @41s --to @43s --columns time-of-day,operation,path
  bootrace events boot.pml --format procmon-csv -o boot.csv     与 Process Monitor 自己的导出相同
  bootrace events boot.pml --format jsonl | jq .path
  bootrace events boot.pml --format jsonl --profile timesketch -o boot.jsonl
  bootrace events boot.etl --where 'event-class is ETW'         提供程序的事件，包括服务堆栈的",
        arguments: &[
            (
                "input",
                "Process Monitor 日志 (.pml) 或导出文件 (.csv、.xml)、ETW 跟踪 (.etl)，或包含它们的文件夹或 .zip 文件",
            ),
            ("columns", "要显示的列，用小写加连字符的名称"),
            ("limit", "最多显示的事件数"),
            (
                "format",
                "显示的格式；终端上默认为 table，否则为 csv

table：对齐的表格，供人阅读
csv：供程序读取：值正确，时间为 RFC 3339
procmon-csv：与 Process Monitor 自己的导出逐字节相同，包括其中的错误
jsonl：每行一个 JSON 对象
parquet：用于 DuckDB、pandas 等；需要以 parquet 功能构建",
            ),
            (
                "profile",
                "使 jsonl 符合其他程序的要求

timesketch：带 message、datetime、timestamp 和 timestamp_desc，可导入 Timesketch",
            ),
            ("utc_offset", "procmon-csv 和筛选中的时刻比 UTC 快多少；默认为 +00:00"),
            ("output", "写入的文件；默认为标准输出"),
        ],
    },
    Page {
        path: "slice",
        about: "写出较小的 Process Monitor 日志，只含所选的事件",
        more: "事件原样复制，包括堆栈和序号；所需的进程连同其模块和图标一并写入。Process Monitor 和其他读取 PML 文件的程序都能打开结果。输入只读取，不更改。",
        after: "\
示例：
  bootrace slice boot.pml -o small.pml --where 'process-name is TiWorker.exe'
  bootrace slice boot.pml -o denied.pml --where 'result is ACCESS DENIED'
  bootrace slice boot.pml -o cpu.pml --where 'path contains cpu.inf' --where 'result is-not SUCCESS'
  bootrace slice boot.pml -o quiet.pml --where 'event-class is-not Profiling'
  bootrace slice boot.pml -o minute.pml --from 15:58:00 --to 15:59:00
  bootrace slice boot.pml -o around.pml --around '@14.8s±2s'
  bootrace slice boot.pml -o failure.pml --around-failure --with CBS.log

筛选条件与 Process Monitor 相同：同一列的多个条件是“或”的关系，不同列的条件必须同时成立，is-not 和 excludes 排除事件。\
`bootrace events` 接受相同的条件，可用来查看所选的事件。

退出代码：0 完成；2 日志无法读取，或新日志无法写入。",
        arguments: &[
            ("input", "Process Monitor 日志 (.pml)"),
            ("output", "要写出的日志；已有的文件在新文件写完后才被替换"),
            ("around_failure", "只取此日志的报告中显示的事件，以及失败操作前后若干秒内的全部事件；未给出秒数时为 1"),
            ("with", "CBS.log，或同一次重启的其他文件，帮助 --around-failure 找到失败；可多次给出"),
        ],
    },
    Page {
        path: "diff",
        about: "显示故障启动与基准启动有何不同",
        more: "两次启动按阶段和进程的角色对齐，不按时间或进程 ID；每次启动都会变化的名称（卷、用户、组件的版本与哈希值、GUID、临时文件名）视为相同。服务堆栈进程的全部操作及其读取的数据（注册表值，文件的大小、属性和版本）都会对比，其他进程只对比失败。",
        after: "\
示例：
  bootrace diff good.pml boot.pml
  bootrace diff good.zip case-4711.zip --lang zh-CN
  bootrace diff good.pml boot.pml --format json | jq .compare.rows
  bootrace diff good.pml boot.pml -o case-4711 --format compare,html

`bootrace report boot.pml --baseline good.pml` 写出含同一对比的故障启动报告。

退出代码：0 完成，无论两者是否不同；2 全部无法读取，或对比无法写入。",
        arguments: &[
            ("good", "更新成功的启动：文件、文件夹或 .zip 文件"),
            ("bad", "更新失败的启动"),
            ("output", "文件的文件夹；以所选格式的扩展名结尾时只写这一个文件；`-` 为标准输出；默认为标准输出"),
            (
                "format",
                "要写出的内容：文本形式的对比，或含对比的完整报告；默认为 compare

html、png、json、text、dot、mermaid、perfetto、chrome、pmc、brief、triage：见 `bootrace report --help`
compare：与基准启动的完整对比",
            ),
            ("all_data", "对比所有进程读取的数据，而不只是服务堆栈进程的"),
        ],
    },
    Page {
        path: "convert",
        about: "将原始启动日志 (Procmon.pmb) 或未正常关闭的 Process Monitor 日志写成完好的日志",
        more: "Process Monitor 和其他读取 PML 文件的程序都能打开结果。输入只读取，不更改。原始启动日志的格式仅依据公开的说明：计算机仍能运行时，请同时让 Process Monitor 保存启动日志。",
        after: "\
示例：
  bootrace convert Procmon.pmb -o boot.pml
  bootrace convert broken.pml -o mended.pml

退出代码：0 完成；2 日志无法读取，或新日志无法写入。",
        arguments: &[
            ("input", "原始启动日志 (.pmb)，或 Process Monitor 日志 (.pml)"),
            ("output", "要写出的日志；已有的文件在新文件写完后才被替换"),
        ],
    },
    Page {
        path: "mcp",
        about: "为语言模型回答有关这些文件夹中跟踪的问题",
        more: "标准输入和输出上的 Model Context Protocol 服务器，由编辑器或助手等客户端启动。它只读取此处所列的文件夹，不写入任何内容，也不使用网络。仅在启用 cargo 特性 mcp 的版本中提供。",
        after: "\
示例：
  bootrace mcp D:\\cases                  客户端所要启动的命令
  claude mcp add bootrace -- bootrace mcp /cases",
        arguments: &[("folders", "包含跟踪和日志的文件夹；不读取其外的任何内容")],
    },
    Page {
        path: "explain",
        about: "说明状态码的含义：各种写法中的名称，以及在更新中的意义",
        more: "Windows 的错误有三种编号：NTSTATUS（内核）、Win32（程序）和 HRESULT（服务堆栈）。同一失败在各日志中的数字不同。每种可能的读法都会列出，附其他编号中的对应代码及其依据。不读取任何文件。",
        after: "\
示例：
  bootrace explain 0x80071ab1                  CBS.log 中的 HRESULT
  bootrace explain 5 C0190019 \"ACCESS DENIED\"  Win32、NTSTATUS、Procmon 的结果
  bootrace explain -2147023143                 十进制的 HRESULT，如事件日志中的写法
  bootrace explain ERROR_ACCESS_DENIED         名称",
        arguments: &[
            (
                "codes",
                "代码、名称，或 Process Monitor 的结果文本

十六进制（可省略 0x）、十进制或负十进制；名称，如 STATUS_ACCESS_DENIED；Process Monitor 的 Result 列中的文本，如 \"NAME NOT FOUND\"；中文 Windows 的消息文本，如“拒绝访问”。",
            ),
        ],
    },
    Page {
        path: "rules",
        about: "检查自定义规则",
        more: "",
        after: "\
示例：
  bootrace rules check my-rules                 逐条规则用其示例和反例检查
  bootrace report boot.pml --rules my-rules     将这些规则与内置规则一起使用",
        arguments: &[],
    },
    Page {
        path: "rules check",
        about: "读取文件夹中的规则，逐条用其示例和反例检查",
        more: "规则必须符合其每个示例，且不符合任何反例；两者至少各有一个。错误逐行写到标准错误。",
        after: "\
示例：
  bootrace rules check my-rules                 逐条规则用其示例和反例检查

退出代码：0 全部规则正确；2 文件无法读取，或有规则不正确。",
        arguments: &[("folder", "规则 (.toml) 的文件夹")],
    },
    Page {
        path: "completions",
        about: "输出脚本，使 shell 能补全命令、选项及其值",
        more: "",
        after: "\
示例：
  bootrace completions bash > ~/.local/share/bash-completion/completions/bootrace
  bootrace completions zsh > ~/.zfunc/_bootrace            $fpath 中须有 ~/.zfunc
  bootrace completions fish > ~/.config/fish/completions/bootrace.fish
  bootrace completions powershell >> $PROFILE",
        arguments: &[("shell", "哪种 shell：bash、elvish、fish、powershell 或 zsh")],
    },
    Page {
        path: "man",
        about: "将手册页写入文件夹，每个命令一页",
        more: "",
        after: "\
示例：
  bootrace man ~/.local/share/man/man1
  bootrace man . && man ./bootrace-report.1",
        arguments: &[("folder", "bootrace.1、bootrace-report.1 等手册页的文件夹；不存在时创建")],
    },
];
