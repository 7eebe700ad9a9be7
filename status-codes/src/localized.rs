//! Messages as a Chinese Windows prints them.

use crate::Win32Error;
use crate::tables::MESSAGES_ZH;

/// The message of a code in Simplified Chinese.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChineseMessage {
    /// The text, with its full stop.
    pub text: &'static str,
    /// Whether a zh-CN Windows was seen to print it. Otherwise it is from older lists, and may have changed.
    pub seen: bool,
}

impl Win32Error {
    /// What a zh-CN Windows prints for this code, if that is known.
    #[must_use]
    pub fn chinese_message(self) -> Option<ChineseMessage> {
        let at = MESSAGES_ZH.binary_search_by_key(&self.0, |row| row.0).ok()?;
        MESSAGES_ZH.get(at).map(|(_, text, seen)| ChineseMessage { text, seen: *seen })
    }
}

/// The Win32 code whose Chinese message is `text`, with or without its full stop.
pub(crate) fn of_chinese(text: &str) -> Option<Win32Error> {
    let bare = |text: &str| text.trim().trim_end_matches(['。', '.']).to_owned();
    let wanted = bare(text);
    let found = MESSAGES_ZH.iter().find(|(_, message, _)| bare(message) == wanted);
    found.filter(|_| !wanted.is_empty()).map(|(code, ..)| Win32Error(*code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_leads_back_to_its_code() {
        for (code, text, _) in &MESSAGES_ZH {
            let found = of_chinese(text).unwrap();
            assert_eq!(found.chinese_message().unwrap().text, *text, "{code}");
        }
        assert_eq!(of_chinese("拒绝访问"), Some(Win32Error(5)));
        assert_eq!(of_chinese("。"), None);
    }
}
