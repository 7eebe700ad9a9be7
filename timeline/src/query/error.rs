//! Why a filter cannot be used.

use super::{column::ColumnError, time::TimeError, value::Expected};
use crate::model::Words;

/// A filter that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    /// It has not the three parts.
    #[error(
        "{0:?} is no filter; it takes a column, a relation and a value, as in 'result is \"ACCESS DENIED\"'"
    )]
    Form(String),
    /// Its column does not exist.
    #[error(transparent)]
    Column(#[from] ColumnError),
    /// Its relation does not exist.
    #[error(
        "there is no relation {0:?}; relations are is, is-not, less-than, more-than, begins-with, ends-with, contains, excludes"
    )]
    Relation(String),
    /// No operation has such a result.
    #[error(
        "no operation has the result {0:?}; give Process Monitor's text (\"ACCESS DENIED\"), a status (0xC0000022), or use contains"
    )]
    Result(String),
    /// No operation has such a name.
    #[error(
        "no operation is named {name:?}; {}",
        hint(nearest, "give Process Monitor's name (RegSetValue), or use contains")
    )]
    Operation {
        /// The name that was given.
        name: String,
        /// Names that are nearly the same.
        nearest: Vec<String>,
    },
    /// No event class has such a name.
    #[error("there is no event class {0:?}; classes are {classes}", classes = CLASSES.join(", "))]
    EventClass(String),
    /// A time is none.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The range of times holds nothing.
    #[error("--from {from} is later than --to {to}; exchange them")]
    Reversed {
        /// The begin that was given.
        from: String,
        /// The end that was given.
        to: String,
    },
    /// A column that holds numbers or times is held against something else.
    #[error("{column} takes {expected}, not {value:?}")]
    Value {
        /// The column.
        column: String,
        /// What it takes.
        expected: Expected,
        /// What was given.
        value: String,
    },
}

/// The classes of Process Monitor, and that of ETW's other events.
pub(super) const CLASSES: [&str; 7] =
    ["Process", "Registry", "File System", "Profiling", "Network", "IPC", "ETW"];

fn hint(nearest: &[String], otherwise: &str) -> String {
    if nearest.is_empty() { otherwise.to_owned() } else { format!("did you mean {}?", nearest.join(" or ")) }
}

impl FilterError {
    /// The error in both languages.
    #[must_use]
    pub fn words(&self) -> Words {
        let zh = match self {
            Self::Column(error) => return error.words(),
            Self::Form(text) => {
                format!("{text:?} 不是筛选条件；条件由列、关系和值组成，例如 'result is \"ACCESS DENIED\"'")
            }
            Self::Relation(text) => format!(
                "没有关系 {text:?}；可用的关系：is、is-not、less-than、more-than、begins-with、ends-with、contains、excludes"
            ),
            Self::Result(text) => format!(
                "没有操作会返回结果 {text:?}；请用 Process Monitor 的文本 (\"ACCESS DENIED\")、状态 (0xC0000022)，或改用 contains"
            ),
            Self::Operation { name, nearest } if nearest.is_empty() => format!(
                "没有名为 {name:?} 的操作；请用 Process Monitor 的操作名 (RegSetValue)，或改用 contains"
            ),
            Self::Operation { name, nearest } => {
                format!("没有名为 {name:?} 的操作；是否为 {}？", nearest.join(" 或 "))
            }
            Self::EventClass(name) => {
                format!("没有事件类 {name:?}；可用的事件类：{}", CLASSES.join("、"))
            }
            Self::Time(TimeError(text)) => format!(
                "{text:?} 不是此日志中的时间；请用首个事件之后的 @12.5s 或 +12.5s、时刻 15:58:05、15:58:05+09:00 或 3:58:05 PM、2024-10-02T15:58:05.5Z (UTC)，或事件编号 #1588"
            ),
            Self::Reversed { from, to } => format!("--from {from} 晚于 --to {to}；请对调"),
            Self::Value { column, expected, value } => {
                format!("{column} 需要{}，而不是 {value:?}", expected.zh())
            }
        };
        Words::new(self.to_string(), zh)
    }
}
