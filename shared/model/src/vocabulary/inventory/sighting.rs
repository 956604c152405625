//! In how many sessions an item was met, and in how many a union of items.

/// Most hashes in the sketch of one item. A union of items is known to reach any k up to this; beyond it, only what one
/// of its parts reaches.
pub const SKETCH_SIZE: usize = 64;

/// What [`super::Inventory::to_bytes`] writes of a sighting. Hashes are bytes: as varints they would take ten instead
/// of eight.
pub(super) type Stored = (Vec<u32>, Vec<[u8; 8]>);

/// The distinct sessions that met one item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sighting {
    /// Sessions by how many zero bits their hash begins with beyond the inventory's level; no zero at the end.
    counts: Vec<u32>,
    /// The smallest hashes, sorted.
    sketch: Vec<u64>,
}

impl Sighting {
    /// Counts a session at or above `level`.
    pub(super) fn add(&mut self, hash: u64, level: u32) {
        let place = hash.leading_zeros().saturating_sub(level) as usize;
        if self.counts.len() <= place {
            self.counts.resize(place + 1, 0);
        }
        self.counts
            .iter_mut()
            .skip(place)
            .take(1)
            .for_each(|count| *count = count.saturating_add(1));
        if let Err(place) = self.sketch.binary_search(&hash)
            && place < SKETCH_SIZE
        {
            self.sketch.insert(place, hash);
            self.sketch.truncate(SKETCH_SIZE);
        }
    }

    /// Adds the sessions of another partition.
    pub(super) fn merge(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine = mine.saturating_add(*theirs);
        }
        join(&mut self.sketch, &other.sketch);
    }

    /// Leaves out the sessions below `level`; whether any is left.
    pub(super) fn raise(&mut self, from: u32, level: u32) -> bool {
        let gone = (level.saturating_sub(from) as usize).min(self.counts.len());
        self.counts.drain(..gone);
        self.sketch.retain(|hash| hash.leading_zeros() >= level);
        !self.counts.is_empty()
    }

    /// Bytes of its content.
    pub(super) fn bytes(&self) -> usize {
        4 * self.counts.len() + 8 * self.sketch.len()
    }

    pub(super) fn stored(&self) -> Stored {
        let sketch = self.sketch.iter().map(|hash| hash.to_be_bytes());
        (self.counts.clone(), sketch.collect())
    }

    pub(super) fn read((counts, sketch): Stored) -> Option<Self> {
        let sketch: Vec<u64> = sketch.into_iter().map(u64::from_be_bytes).collect();
        let good = sketch.is_sorted() && sketch.len() <= SKETCH_SIZE && counts.last().is_some_and(|last| *last > 0);
        good.then_some(Self { counts, sketch })
    }

    /// How many sessions, exactly.
    pub(crate) fn support(&self) -> u32 {
        self.counts.iter().fold(0, |all, count| all.saturating_add(*count))
    }
}

/// At least how many distinct sessions met any of several items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Support {
    most: u32,
    sketch: Vec<u64>,
}

impl Support {
    /// Adds an item.
    pub(crate) fn also(&mut self, sighting: &Sighting) {
        self.most = self.most.max(sighting.support());
        join(&mut self.sketch, &sighting.sketch);
    }

    /// Adds the items of another union.
    pub(crate) fn union(&mut self, other: &Self) {
        self.most = self.most.max(other.most);
        join(&mut self.sketch, &other.sketch);
    }

    /// Exact for one item, and for several up to [`SKETCH_SIZE`] sessions; a lower bound beyond.
    pub(crate) fn at_least(&self) -> u32 {
        self.most.max(u32::try_from(self.sketch.len()).unwrap_or(u32::MAX))
    }
}

impl<'a> FromIterator<&'a Support> for Support {
    fn from_iter<I: IntoIterator<Item = &'a Support>>(parts: I) -> Self {
        let mut all = Self::default();
        parts.into_iter().for_each(|part| all.union(part));
        all
    }
}

/// The smallest of both, sorted and distinct.
fn join(mine: &mut Vec<u64>, theirs: &[u64]) {
    let full = mine.len() == SKETCH_SIZE;
    if full && theirs.first() >= mine.last() {
        return;
    }
    mine.extend_from_slice(theirs);
    mine.sort_unstable();
    mine.dedup();
    mine.truncate(SKETCH_SIZE);
}
