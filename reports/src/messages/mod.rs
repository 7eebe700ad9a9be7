//! Every sentence and label that the renderers themselves write, in both languages. `{}` is filled in order, `{0}` by
//! number if the order differs.

mod attempts;
mod charts;
mod headline;
mod page;
mod terms;
mod verdict;

pub(crate) use attempts::*;
pub(crate) use charts::*;
pub(crate) use headline::*;
pub(crate) use page::*;
pub(crate) use terms::*;
pub(crate) use verdict::*;

use crate::lang::Lang;
use crate::model::Text;

/// A sentence or label in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) en: &'static str,
    pub(crate) zh: &'static str,
}

impl Message {
    /// The message in a language.
    pub(crate) const fn get(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Zh => self.zh,
        }
    }

    /// The message in a language with its places filled.
    pub(crate) fn fill(self, lang: Lang, values: &[&str]) -> String {
        let mut filled = String::new();
        let mut next = values.iter();
        let mut rest = self.get(lang);
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let (place, after) = after.split_once('}').unwrap_or(("", after));
            let value = match place.parse::<usize>() {
                Ok(number) => values.get(number),
                Err(_) => next.next(),
            };
            filled.push_str(value.copied().unwrap_or_default());
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    /// The message with its places filled, in both languages.
    pub(crate) fn text(self, values: &[&str]) -> Text {
        Text::new(self.fill(Lang::En, values), self.fill(Lang::Zh, values))
    }
}

macro_rules! messages {
    ($( $key:ident = $en:literal, $zh:literal; )+) => {
        $( pub(crate) const $key: Message = Message { en: $en, zh: $zh }; )+

        #[cfg(test)]
        pub(super) const ALL: &[(&str, Message)] = &[$( (stringify!($key), $key), )+];
    };
}
use messages;

/// Process Monitor's result texts in Chinese, as Windows words them. The text itself is always beside it.
const RESULT_GLOSSES: &[(&str, &str)] = &[
    ("ACCESS DENIED", "拒绝访问"),
    ("CANNOT DELETE", "无法删除"),
    ("CRC ERROR", "数据错误(循环冗余检查)"),
    ("DELETE PENDING", "正在等待删除"),
    ("DIRECTORY NOT EMPTY", "目录不是空的"),
    ("DISK FULL", "磁盘空间不足"),
    ("FILE CORRUPT", "文件或目录损坏且无法读取"),
    ("FILE LOCK CONFLICT", "文件锁定冲突"),
    ("INSUFFICIENT RESOURCES", "系统资源不足"),
    ("IO DEVICE ERROR", "I/O 设备错误"),
    ("KEY DELETED", "注册表项已标记为删除"),
    ("MEDIA WRITE PROTECTED", "介质受写入保护"),
    ("NAME COLLISION", "名称已存在"),
    ("NAME INVALID", "名称无效"),
    ("NAME NOT FOUND", "找不到名称"),
    ("NO SUCH FILE", "文件不存在"),
    ("NOT SAME DEVICE", "不在同一设备上"),
    ("PATH NOT FOUND", "找不到路径"),
    ("PRIVILEGE NOT HELD", "缺少所需的特权"),
    ("SHARING VIOLATION", "共享冲突"),
];

/// A result text's Chinese, if it has one.
pub(crate) fn result_gloss(result: &str) -> Option<&'static str> {
    RESULT_GLOSSES.iter().find(|(text, _)| *text == result).map(|(_, gloss)| *gloss)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<&str> {
        let mut places: Vec<_> = text.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
        places.sort_unstable();
        places
    }

    #[test]
    fn every_message_is_in_both_languages() {
        let parts = [attempts::ALL, charts::ALL, headline::ALL, page::ALL, terms::ALL, verdict::ALL];
        for (key, message) in parts.concat() {
            assert!(!message.en.is_empty() && !message.zh.is_empty(), "{key} is empty");
            assert!(message.en.is_ascii(), "{key}: the English has other than ASCII: {}", message.en);
            let is_han = |c| ('\u{4E00}'..='\u{9FFF}').contains(&c) || ('\u{FF00}'..='\u{FFEF}').contains(&c);
            assert!(message.zh.contains(is_han), "{key}: the Chinese has no Chinese: {}", message.zh);
            assert_eq!(places(message.en), places(message.zh), "{key}: other places");
        }
    }

    #[test]
    fn places_are_filled_in_order_or_by_number() {
        let message = Message { en: "{} of {}", zh: "{1}/{0}{2}" };
        assert_eq!(message.fill(Lang::En, &["1", "2"]), "1 of 2");
        assert_eq!(message.fill(Lang::Zh, &["1", "2"]), "2/1");
    }
}
