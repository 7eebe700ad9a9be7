//! What the page says that depends on what it was given, in both languages.

use serde::Serialize;

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Words {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

impl From<timeline::Words> for Words {
    fn from(words: timeline::Words) -> Self {
        Self { en: words.en, zh: words.zh }
    }
}

impl Words {
    /// A file is too large for a browser.
    pub(crate) fn too_large(path: &str, command: &str) -> Self {
        Self {
            en: format!(
                "{path} is larger than 2 GiB, the most that a browser can hold of one file. Use the command line: {command}"
            ),
            zh: format!("{path} 大于 2 GiB，超出浏览器对单个文件的上限。请改用命令行：{command}"),
        }
    }

    /// The files together are too large for a browser.
    pub(crate) fn too_much(gib: f64, command: &str) -> Self {
        Self {
            en: format!(
                "The files have {gib:.1} GiB together. A browser can hold 3.5 GiB of them. Use the command line: {command}"
            ),
            zh: format!("这些文件共 {gib:.1} GiB，浏览器最多容纳 3.5 GiB。请改用命令行：{command}"),
        }
    }

    /// The browser gives no more memory.
    pub(crate) fn no_memory(path: &str, command: &str) -> Self {
        Self {
            en: format!(
                "The browser has no memory left for {path}. Close other tabs, or use the command line: {command}"
            ),
            zh: format!("浏览器没有足够的内存来读取 {path}。请关闭其他标签页，或改用命令行：{command}"),
        }
    }

    /// Nothing could be read.
    pub(crate) fn nothing_read() -> Self {
        Self {
            en: "Nothing could be read of what was given. bootrace reads Process Monitor's logs (.pml, .pmb) and exports (.csv, .xml), \
                 ETW traces (.etl), servicing logs, event logs, registry hives, and folders and .zip files of them."
                .to_owned(),
            zh: "所给的内容均无法读取。bootrace 可读取 Process Monitor 日志（.pml、.pmb）及其导出文件（.csv、.xml）、ETW 跟踪（.etl）、\
                 服务堆栈日志、事件日志、注册表配置单元，以及包含它们的文件夹和 .zip 文件。"
                .to_owned(),
        }
    }

    /// Nothing could be read of the good boot.
    pub(crate) fn nothing_read_of_good() -> Self {
        Self {
            en: "Nothing could be read of the good boot. Give its Process Monitor log (.pml), or a folder with it.".to_owned(),
            zh: "无法读取用于对比的正常启动。请提供其 Process Monitor 日志（.pml），或包含该日志的文件夹。".to_owned(),
        }
    }

    /// The report could not be rendered.
    pub(crate) fn not_rendered(error: &dyn std::error::Error) -> Self {
        Self {
            en: format!("The report could not be written: {error}"), zh: format!("无法生成报告：{error}")
        }
    }
}
