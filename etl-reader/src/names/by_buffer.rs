//! The rows of a trace by the buffer of their first record.

/// The rows by the buffer of their first record.
#[derive(Debug)]
pub(super) struct ByBuffer {
    /// For each buffer where its rows begin among `rows`, and where the last one's end.
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl ByBuffer {
    /// Of the buffers of each row in turn.
    pub(super) fn new(buffers: usize, of_rows: impl Iterator<Item = Option<usize>> + Clone) -> ByBuffer {
        let mut starts = vec![0_u32; buffers + 1];
        let places = || {
            let numbered = (0..=u32::MAX).zip(of_rows.clone());
            numbered.filter_map(|(row, buffer)| Some((row, buffer?)))
        };
        for (_, buffer) in places() {
            starts.get_mut(buffer + 1).into_iter().for_each(|count| *count += 1);
        }
        let mut sum = 0;
        for count in &mut starts {
            sum += *count;
            *count = sum;
        }
        let mut rows = vec![0; sum as usize];
        let mut next = starts.clone();
        for (row, buffer) in places() {
            if let Some(place) = next.get_mut(buffer).filter(|_| buffer < buffers) {
                rows.get_mut(*place as usize).into_iter().for_each(|slot| *slot = row);
                *place += 1;
            }
        }
        ByBuffer { starts, rows }
    }

    /// The rows whose first record lies in a buffer.
    pub(super) fn rows(&self, buffer: usize) -> &[u32] {
        let start = self.starts.get(buffer).copied().unwrap_or_default();
        let end = self.starts.get(buffer + 1).copied().unwrap_or_default();
        self.rows.get(start as usize..end as usize).unwrap_or_default()
    }
}
