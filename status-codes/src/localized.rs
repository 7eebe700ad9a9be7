//! Messages as Windows prints them.

use crate::Win32Error;
use crate::tables::{MESSAGES_EN, MESSAGES_ZH};

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

    /// The code whose message in English or Chinese is `text`, with or without its full stop.
    ///
    /// ```
    /// use status_codes::Win32Error;
    ///
    /// assert_eq!(Win32Error::from_message("Access is denied."), Some(Win32Error(5)));
    /// assert_eq!(Win32Error::from_message("拒绝访问。"), Some(Win32Error(5)));
    /// assert_eq!(Win32Error::from_message("Access is granted."), None);
    /// ```
    #[must_use]
    pub fn from_message(text: &str) -> Option<Self> {
        let bare = |text: &'static str| text.trim_end_matches(['。', '.']);
        let wanted = text.trim().trim_end_matches(['。', '.']);
        let english = MESSAGES_EN.iter().map(|(code, message)| (*code, *message));
        let chinese = MESSAGES_ZH.iter().map(|(code, message, _)| (*code, *message));
        let found = english.chain(chinese).find(|(_, message)| bare(message).eq_ignore_ascii_case(wanted));
        found.filter(|_| !wanted.is_empty()).map(|(code, _)| Self(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_leads_back_to_its_code() {
        for (code, text, _) in &MESSAGES_ZH {
            let found = Win32Error::from_message(text).unwrap();
            assert_eq!(found.chinese_message().unwrap().text, *text, "{code}");
        }
        for (code, text) in &MESSAGES_EN {
            assert_eq!(Win32Error::from_message(text), Some(Win32Error(*code)), "{text}");
        }
        assert_eq!(Win32Error::from_message("拒绝访问"), Some(Win32Error(5)));
        assert_eq!(Win32Error::from_message("。"), None);
    }
}
