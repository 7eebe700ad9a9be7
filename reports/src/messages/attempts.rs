//! Signatures, and attempts side by side.

use super::{Message, messages};

messages! {
    SIGNATURE_NONE = "no signature: nothing failed, or the inputs do not show what did", "无特征：没有失败，或输入无法显示失败原因";
    SIGNATURE_OF = "the id is made of", "标识由以下部分构成";
    SIGNATURE_BESIDE = "beside it", "不参与标识";

    ATTEMPTS = "Attempts", "更新尝试";
    ATTEMPTS_SHARE = "In all {} attempts failed: {}", "全部 {} 次尝试均失败于：{}";
    ATTEMPTS_SHARE_NOTHING = "Nothing failed in all {} attempts", "{} 次尝试没有共同的失败项";
    ATTEMPTS_ALL = "Failed in all", "全部失败项";
    ATTEMPTS_SOME = "Failed in some", "部分失败项";
    ATTEMPTS_CHANGED = "Changed between", "期间的变化";
    ATTEMPTS_NOTHING = "nothing", "无";
    ATTEMPTS_ABSENT = "(absent)", "（无）";
    ATTEMPTS_MORE = "{} more in the JSON", "JSON 中还有 {} 项";
    ATTEMPTS_CASE = "Case", "工单";
    ATTEMPTS_BEGAN = "Boot", "启动时间";
    ATTEMPTS_FAILED = "What happened", "经过";
    ATTEMPTS_KIND = "Kind", "种类";
    ATTEMPTS_WHAT = "What", "内容";
    ATTEMPTS_EVIDENCE = "Evidence", "证据";
}
