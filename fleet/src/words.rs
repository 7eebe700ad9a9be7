//! What the page and the text say, in both languages.

use reports::model::Text;

use crate::Feature;

/// A sentence in both languages. `{}` is filled in order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Message {
    en: &'static str,
    zh: &'static str,
}

impl Message {
    /// With its places filled.
    pub(crate) fn fill(self, values: &[&str]) -> Text {
        let filled = |text: &str| {
            let mut values = values.iter();
            let mut parts = text.split("{}");
            let first = parts.next().unwrap_or_default().to_owned();
            parts.fold(first, |text, part| text + values.next().copied().unwrap_or_default() + part)
        };
        Text::new(filled(self.en), filled(self.zh))
    }

    /// Without places.
    pub(crate) fn text(self) -> Text {
        Text::new(self.en, self.zh)
    }
}

macro_rules! messages {
    ($( $key:ident: $en:literal, $zh:literal; )+) => {
        $( pub(crate) const $key: Message = Message { en: $en, zh: $zh }; )+

        #[cfg(test)]
        const ALL: &[(&str, Message)] = &[$( (stringify!($key), $key), )+];
    };
}

messages! {
    TITLE: "Fleet", "机群";
    HEADLINE: "{} cases of {} machines: {} groups with one cause each", "工单 {} 个，计算机 {} 台：分为 {} 组，每组一个原因";
    REDACTED: "names replaced", "名称已替换";
    SECTIONS: "Sections", "章节";
    SECTION_GROUPS: "Groups", "分组";
    SECTION_LACKING: "Without an operation", "未指出操作";
    SECTION_FAILED: "Not analysed", "未能分析";
    SECTION_HEALTHY: "Healthy boots", "正常启动";
    SECTION_ALL: "All groups as a table", "以表格显示全部分组";
    THEME: "Light or dark", "浅色或深色";
    TREND: "Failed updates over time", "失败更新随时间的变化";
    TREND_OF: "{}: {} failed updates", "{}：{} 次失败更新";
    COUNTS: "{} machines, {} cases", "{} 台计算机，{} 个工单";
    DAYS: "Days", "日期";
    BUILDS: "Builds", "内部版本";
    KBS: "Updates", "更新";
    UNKNOWN: "not known", "未知";
    AND_MORE: "{} more", "另有 {} 个";
    REPRESENTATIVE: "Example", "示例";
    OPERATION: "Operation", "操作";
    PATH: "Path", "路径";
    NEXT: "Next action", "下一步";
    SHARED: "What these machines share and the others do not", "这些计算机共有而其他计算机没有的内容";
    SHARED_HOW:
        "A machine counts once. Fisher's exact test, one-sided; rates of false discoveries by Benjamini and Hochberg over {} tests, at most 1 %. Counts do not show which is cause and which is effect.",
        "每台计算机只计一次。单侧 Fisher 精确检验；错误发现率按 Benjamini-Hochberg 方法对 {} 次检验校正，上限 1%。计数不能说明何为因、何为果。";
    NOTHING_SHARED: "Nothing stands out.", "没有突出的共同点。";
    TOO_FEW:
        "Too few machines to tell: it takes 5 in the group and 5 others.",
        "计算机太少，无法判断：组内和组外至少各需 5 台。";
    KIND: "Kind", "类型";
    NAME: "Name", "名称";
    IN_GROUP: "In the group", "组内";
    OUTSIDE: "Others", "其他";
    RATE: "Rate of false discoveries", "错误发现率";
    LACKS: "What they lack", "缺少的内容";
    CASES: "Cases", "工单";
    MACHINES: "Machines", "计算机";
    EXAMPLE: "Example", "示例";
    NEXT_CAPTURE: "Capture that would answer it", "可解答问题的采集";
    CASE: "Case", "工单";
    REASON: "Reason", "原因";
    SIGNATURE: "Signature", "特征标识";
    CAUSE: "Cause", "原因";
    ALL_ANALYSED: "Every case could be analysed.", "所有工单均已分析。";
    NONE_LACKING: "Every failure has an operation.", "每次失败都指出了操作。";
    HEALTHY_BY_BUILD: "Boots without a failed update, by build:", "没有失败更新的启动，按内部版本：";
    NO_HEALTHY: "The database holds no boot that went well. Add some with --healthy.", "数据库中没有正常启动。请用 --healthy 添加。";
    NOT_HEALTHY: "Added as healthy, but an update failed:", "添加时标为正常，但其中有更新失败：";
    MADE_BY: "Made by bootrace {} from a database of cases. Ask it anything: bootrace fleet query", "由 bootrace {} 根据工单数据库生成。可用 bootrace fleet query 查询任何内容";
    KIND_DRIVER: "driver", "驱动程序";
    KIND_FILTER: "filter", "筛选器驱动程序";
    KIND_MODULE: "module", "模块";
    KIND_SERVICE: "service", "服务";
    KIND_BUILD: "build", "内部版本";
    KIND_PACKAGE: "package", "程序包";
    OUTCOME_OPERATION: "operation named", "已指出操作";
    OUTCOME_WITHOUT: "failed without an operation", "失败但未指出操作";
    OUTCOME_NONE: "no failure", "未失败";
    OUTCOME_UNSURE: "not enough evidence", "证据不足";
}

/// The name of a kind of feature.
pub(crate) fn kind(kind: Feature) -> Message {
    match kind {
        Feature::Driver => KIND_DRIVER,
        Feature::Filter => KIND_FILTER,
        Feature::Module => KIND_MODULE,
        Feature::Service => KIND_SERVICE,
        Feature::Build => KIND_BUILD,
        Feature::Package => KIND_PACKAGE,
    }
}

/// The name of an outcome.
pub(crate) fn outcome(outcome: &str) -> Text {
    match outcome {
        "failing_operation" => OUTCOME_OPERATION.text(),
        "failure_without_operation" => OUTCOME_WITHOUT.text(),
        "no_failure" => OUTCOME_NONE.text(),
        "not_enough_evidence" => OUTCOME_UNSURE.text(),
        other => Text::plain(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_is_in_both_languages_with_the_same_places() {
        for (key, message) in ALL {
            assert!(message.en.is_ascii() && !message.en.is_empty(), "{key}");
            assert!(message.zh.contains(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c)), "{key}");
            assert_eq!(message.en.matches("{}").count(), message.zh.matches("{}").count(), "{key}");
        }
    }

    #[test]
    fn places_are_filled_in_order() {
        assert_eq!(COUNTS.fill(&["2", "3"]).en, "2 machines, 3 cases");
    }
}
