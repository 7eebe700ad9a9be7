//! What many other boots say of an operation: those of a fleet.

use timeline::Words;

/// Quantile of the normal distribution for bounds of 95 %, two-sided.
const Z: f64 = 1.96;

/// The feature of a candidate whose result healthy boots have too.
pub(crate) const HEALTHY_TOO: &str = "fleet-healthy-too";
/// The feature of a candidate whose result failing boots alone have.
pub(crate) const FAILING_ONLY: &str = "fleet-failing-only";

/// Whether a feature says what other boots say. Such features rank; no name rests on them.
pub(crate) fn is_of_fleet(feature: &str) -> bool {
    [HEALTHY_TOO, FAILING_ONLY].contains(&feature)
}

/// Other boots, for questions about single operations.
pub trait Others {
    /// In how many of them this operation had this status at this object; `None` where no boot can be asked.
    fn seen(&self, operation: &str, status: u32, path: &str) -> Option<Seen>;

    /// What their counts weigh. Only a trial of other weights says something else.
    fn weights(&self) -> Weights {
        Weights::BUILT_IN
    }
}

/// The most that other boots take from the score of a candidate, or add to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// What is taken where healthy boots have the result too.
    pub healthy_too: f64,
    /// What is added where failing boots alone have it.
    pub failing_only: f64,
}

impl Weights {
    /// Those of reports. `trials fleet` measures them.
    pub const BUILT_IN: Self = Self { healthy_too: 8.0, failing_only: 3.0 };

    /// The weight of a feature that says what other boots say.
    pub(crate) fn of(self, feature: &str) -> Option<f64> {
        match feature {
            HEALTHY_TOO => Some(-self.healthy_too),
            FAILING_ONLY => Some(self.failing_only),
            _ => None,
        }
    }
}

/// How many boots have the same result at the same object, and how many boots show one at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// Boots in which no update failed: that have it, and all.
    pub healthy: (u32, u32),
    /// Boots in which an update failed: that have it, and all.
    pub failing: (u32, u32),
    /// Whether these are the boots of the same build. Otherwise all builds count.
    pub same_build: bool,
}

impl Seen {
    /// How surely healthy boots have it too: the lower bound of their share. Few boots give a low one.
    pub(crate) fn healthy_too(self) -> f64 {
        bounds(self.healthy).0
    }

    /// How surely more of the failing boots have it than of the healthy ones: how far the lower bound of the one share
    /// lies above the upper bound of the other. Where few boots are known, it does not.
    pub(crate) fn failing_only(self) -> f64 {
        (bounds(self.failing).0 - bounds(self.healthy).1).max(0.0)
    }

    /// The counts in words; `result` is that of the operation.
    #[must_use]
    pub fn words(self, result: &str) -> Words {
        let Self { healthy, failing, same_build } = self;
        let (en, zh) = if same_build {
            (" of the same build", "（内部版本相同）")
        } else {
            (" of all builds", "（所有内部版本）")
        };
        Words::new(
            format!(
                "in the fleet, {result} at this object was seen in {} of {} healthy and {} of {} failing boots{en}",
                healthy.0, healthy.1, failing.0, failing.1
            ),
            format!(
                "在机群中，此对象上的 {result} 出现于 {}/{} 次正常启动和 {}/{} 次失败启动{zh}",
                healthy.0, healthy.1, failing.0, failing.1
            ),
        )
    }
}

/// The bounds of a share by Wilson's score interval; of nothing, everything is possible.
fn bounds((having, all): (u32, u32)) -> (f64, f64) {
    if all == 0 {
        return (0.0, 1.0);
    }
    let n = f64::from(all);
    let share = f64::from(having) / n;
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let middle = share + Z * Z / (2.0 * n);
    let whole = 1.0 + Z * Z / n;
    let lower = if having == 0 { 0.0 } else { (middle - spread) / whole };
    let upper = if having == all { 1.0 } else { (middle + spread) / whole };
    (lower.clamp(0.0, 1.0), upper.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(healthy: (u32, u32), failing: (u32, u32)) -> Seen {
        Seen { healthy, failing, same_build: true }
    }

    #[test]
    fn many_boots_say_much_and_few_say_little() {
        let many = seen((0, 214), (37, 40));
        assert!(many.failing_only() > 0.75 && many.healthy_too() == 0.0, "{}", many.failing_only());
        // Three of three is what chance gives too.
        assert_eq!(seen((0, 3), (3, 3)).failing_only(), 0.0);
        assert_eq!(seen((0, 0), (40, 40)).failing_only(), 0.0);
        assert_eq!(seen((0, 214), (0, 40)).failing_only(), 0.0);
        assert!(seen((1, 1), (1, 1)).healthy_too() < 0.25);
        assert!(seen((200, 214), (37, 40)).healthy_too() > 0.85);
        assert_eq!(seen((200, 214), (37, 40)).failing_only(), 0.0);
        assert_eq!(Seen::default().healthy_too(), 0.0);
    }
}
