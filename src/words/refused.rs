//! Arguments that bootrace does not take, told in Chinese.

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

/// What is wrong with the arguments; `None` where it is no mistake, or one that clap words better itself.
pub(crate) fn refused(error: &Error) -> Option<String> {
    let said = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join("、")),
        _ => None,
    };
    let arg = || said(ContextKind::InvalidArg);
    let value = || said(ContextKind::InvalidValue).filter(|value| !value.is_empty());
    let mut text = match error.kind() {
        ErrorKind::UnknownArgument => format!("错误：没有参数 {}", arg()?),
        ErrorKind::InvalidSubcommand => format!("错误：没有命令 {}", said(ContextKind::InvalidSubcommand)?),
        ErrorKind::MissingRequiredArgument => format!("错误：缺少参数 {}", arg()?),
        ErrorKind::ArgumentConflict => match said(ContextKind::PriorArg) {
            Some(other) if Some(&other) != arg().as_ref() => {
                format!("错误：{} 不能与 {other} 同时使用", arg()?)
            }
            _ => format!("错误：{} 只能给出一次", arg()?),
        },
        ErrorKind::InvalidValue => match value() {
            Some(value) => format!("错误：{} 不接受值 {value}", arg()?),
            None => format!("错误：{} 缺少值", arg()?),
        },
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(|why| format!("：{why}")).unwrap_or_default();
            format!("错误：{} 不接受值 {}{why}", arg()?, value().unwrap_or_default())
        }
        ErrorKind::NoEquals => format!("错误：{} 的值要用 = 给出", arg()?),
        _ => return None,
    };
    if let Some(values) = said(ContextKind::ValidValue).filter(|values| !values.is_empty()) {
        text.push_str(&format!("\n可用的值：{values}"));
    }
    let like = said(ContextKind::SuggestedArg)
        .or_else(|| said(ContextKind::SuggestedSubcommand))
        .or_else(|| said(ContextKind::SuggestedValue));
    if let Some(like) = like {
        text.push_str(&format!("\n是否为：{like}"));
    }
    Some(text + "\n\n更多信息请用 --help 查看。\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn wrong_arguments_are_told_in_chinese() {
        let told = |arguments: &[&str]| {
            let arguments = ["bootrace"].iter().chain(arguments);
            refused(&crate::Cli::command().try_get_matches_from(arguments).unwrap_err())
        };
        for (arguments, expected) in [
            (&["report", "a.pml", "--formt", "png"][..], "没有参数 --formt"),
            (&["reprt"], "没有命令 reprt"),
            (&["report"], "缺少参数 <INPUT>..."),
            (&["report", "a.pml", "--format", "gif"], "不接受值 gif"),
            (&["report", "a.pml", "--lang", "de"], "不接受值 de"),
            (&["report", "a.pml", "--redact", "--redact"], "--redact 只能给出一次"),
            (&["capture", "plan", "--json", "--format", "cmd"], "不能与"),
            (&["report", "a.pml", "-o"], "缺少值"),
        ] {
            let text = told(arguments).unwrap_or_else(|| panic!("{arguments:?}"));
            assert!(text.starts_with("错误：") && text.contains(expected), "{arguments:?}: {text}");
        }
        assert!(told(&["report", "a.pml", "--formt", "png"]).unwrap().contains("是否为：--format"));
        assert!(told(&["report", "a.pml", "--format", "gif"]).unwrap().contains("html"));
        assert_eq!(told(&["--help"]), None, "no mistake");
    }
}
