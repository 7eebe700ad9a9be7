//! What many other boots say of an operation: those of a fleet.

use timeline::Words;

/// Quantile of the normal distribution for bounds of 95 %, two-sided.
const Z: f64 = 1.96;

/// The feature of a candidate whose result healthy boots have too. It ranks, and no name rests on it.
pub(crate) const HEALTHY_TOO: &str = "fleet-healthy-too";

/// The most that the feature takes from a score. `trials fleet` measures it.
pub const FLEET_WEIGHT: f64 = 4.0;

/// Other boots, for questions about single operations.
pub trait Others {
    /// In how many of them this operation had this status at this object; `None` where no boot can be asked.
    fn seen(&self, operation: &str, status: u32, path: &str) -> Option<Seen>;

    /// The most that they take from the score of a candidate. Only a trial of other weights says something else.
    fn weight(&self) -> f64 {
        FLEET_WEIGHT
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
        lower_bound(self.healthy)
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

/// The lower bound of a share by Wilson's score interval; of nothing, nothing is known.
fn lower_bound((having, all): (u32, u32)) -> f64 {
    if having == 0 || all == 0 {
        return 0.0;
    }
    let n = f64::from(all);
    let share = f64::from(having) / n;
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let middle = share + Z * Z / (2.0 * n);
    ((middle - spread) / (1.0 + Z * Z / n)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_boots_say_much_and_few_say_little() {
        let healthy = |having, all| Seen { healthy: (having, all), ..Seen::default() }.healthy_too();
        assert!(healthy(200, 214) > 0.85);
        assert!(healthy(1, 1) < 0.25);
        assert_eq!(healthy(0, 214), 0.0);
        assert_eq!(healthy(0, 0), 0.0);
    }
}
