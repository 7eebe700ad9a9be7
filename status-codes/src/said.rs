//! Texts in both languages.

/// A text in English and in Simplified Chinese.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said<T = &'static str> {
    /// English.
    pub en: T,
    /// 简体中文.
    pub zh: T,
}

impl<T: AsRef<str>> Said<T> {
    pub(crate) fn get(&self, chinese: bool) -> &str {
        if chinese { self.zh.as_ref() } else { self.en.as_ref() }
    }
}

pub(crate) const fn said(en: &'static str, zh: &'static str) -> Said {
    Said { en, zh }
}

/// The same, as a text that is made.
pub(crate) fn made(en: impl Into<String>, zh: impl Into<String>) -> Said<String> {
    Said { en: en.into(), zh: zh.into() }
}
