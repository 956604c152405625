//! What must hold for any sessions: evidence merges, the model depends on nothing else, the threshold withholds,
//! probabilities are probabilities.

use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use testgram_sequence::context::{ContextKey, History};
use testgram_sequence::corpus::Corpus;
use testgram_sequence::fidelity::renumbered;
use testgram_sequence::{
    Alphabet, END, Evidence, LearnSettings, Model, Noise, Predictor, START, Symbol, Threshold, learn, simulate,
};

/// Sessions with their hashes, by name: few names, so that contexts recur, and runs.
fn sessions(names: usize, most: usize) -> impl Strategy<Value = Vec<(u64, Vec<String>)>> {
    let run = (0..names, 1..4_usize).prop_map(|(name, times)| vec![format!("page {name}"); times]);
    let session = prop::collection::vec(run, 0..6).prop_map(|runs| runs.concat());
    prop::collection::vec((any::<u64>(), session), 1..most)
}

fn evidence(sessions: &[(u64, Vec<String>)], sample: usize) -> Evidence {
    let names: Vec<String> = sessions
        .iter()
        .flat_map(|(_, session)| session.iter().cloned())
        .collect();
    let alphabet: Alphabet = names.into();
    let mut evidence = Evidence::new(alphabet.clone(), sample);
    let number = |session: &[String]| {
        session
            .iter()
            .map(|name| alphabet.symbol(name).unwrap())
            .collect::<Vec<_>>()
    };
    evidence.extend(sessions.iter().map(|(hash, session)| (*hash, number(session))));
    evidence
}

fn learned(evidence: &Evidence, k: u32, personas: usize) -> Option<Model> {
    let threshold = Threshold::new(k, Noise::default());
    learn(evidence, LearnSettings { threshold, personas }).model
}

fn bytes(evidence: &Evidence, k: u32) -> Vec<u8> {
    serde_json::to_vec(&learned(evidence, k, 3)).unwrap()
}

/// Every number of the model that stands for people, with what it stands for.
fn supports(model: &Model) -> impl Iterator<Item = u64> {
    let contexts = model
        .contexts
        .iter()
        .flat_map(|context| context.next.iter().map(|next| next.times.support()));
    let steps = model
        .personas
        .iter()
        .flat_map(|persona| persona.steps.iter().map(|step| step.times.support()));
    contexts
        .chain(steps)
        .chain(model.personas.iter().map(|persona| persona.sessions.support()))
        .chain(model.symbols.iter().map(|symbol| symbol.times.support()))
        .chain([model.sessions.support(), model.mixing.support])
}

/// How often, and in which sessions, something followed a context.
type Reference = BTreeMap<(ContextKey, Symbol), (u64, BTreeSet<usize>)>;

proptest! {
    #![proptest_config(crate::cases::config(128))]

    #[test]
    fn merging_is_counting_together(all in sessions(6, 40), cuts in any::<(u8, u8)>(), size in 1..30_usize) {
        let (a, b) = (usize::from(cuts.0) % all.len(), usize::from(cuts.1) % all.len());
        let (a, b) = (a.min(b), a.max(b));
        let [x, y, z] = [&all[..a], &all[a..b], &all[b..]].map(|part| evidence(part, size));
        let whole = evidence(&all, size);
        prop_assert_eq!(&x.clone().merged(y.clone()).merged(z.clone()), &whole);
        prop_assert_eq!(&x.clone().merged(y.clone().merged(z.clone())), &whole);
        prop_assert_eq!(&z.merged(x).merged(y), &whole);
    }

    #[test]
    fn evidence_survives_its_bytes(all in sessions(6, 40), cut: u8, size in 0..30_usize) {
        let cut = usize::from(cut) % all.len();
        let whole = evidence(&all, size);
        prop_assert_eq!(&Evidence::from_bytes(&whole.to_bytes()), &Some(whole.clone()));
        let parts = [&all[..cut], &all[cut..]].map(|part| evidence(part, size).to_bytes());
        let [one, other] = parts.map(|bytes| Evidence::from_bytes(&bytes).unwrap());
        prop_assert_eq!(other.clone().merged(one.clone()).to_bytes(), whole.to_bytes());
        prop_assert_eq!(one.merged(other).to_bytes(), whole.to_bytes());
    }

    /// What is read is what would be written: damage is refused, or it is the bytes of other evidence.
    #[test]
    fn damaged_bytes_are_refused_or_canonical(all in sessions(6, 20), damage in prop::collection::vec(any::<(u16, u8)>(), 64)) {
        let bytes = evidence(&all, 10).to_bytes();
        for (place, value) in damage {
            let place = usize::from(place) % bytes.len();
            let mut damaged = bytes.clone();
            damaged[place] = value;
            if let Some(read) = Evidence::from_bytes(&damaged) {
                prop_assert_eq!(read.to_bytes(), damaged);
            }
            prop_assert_eq!(Evidence::from_bytes(&bytes[..place]), None);
        }
        prop_assert_eq!(Evidence::from_bytes(&[bytes, vec![0]].concat()), None);
    }

    #[test]
    fn counts_are_those_of_a_slow_reference(all in prop_oneof![sessions(3, 30), sessions(5, 30)]) {
        let evidence = evidence(&all, 0);
        let mut reference = Reference::new();
        for (number, (_, session)) in all.iter().enumerate() {
            let session: Vec<_> = session.iter().map(|name| evidence.alphabet().symbol(name).unwrap()).collect();
            for place in 0..=session.len() {
                let next = session.get(place).copied().unwrap_or(END);
                let mut history = History::default();
                session[..place].iter().for_each(|symbol| history.push(*symbol));
                history.contexts(|_, key| {
                    let cell = reference.entry((key, next)).or_default();
                    cell.0 += 1;
                    cell.1.insert(number);
                });
            }
        }
        let counted: BTreeMap<_, _> = evidence.counts().sorted()
            .flat_map(|(key, nexts)| nexts.iter().map(move |next| ((key, next.symbol), (next.count, next.support as usize))))
            .collect();
        let expected: BTreeMap<_, _> = reference.into_iter().map(|(at, (count, who))| (at, (count, who.len()))).collect();
        prop_assert_eq!(counted, expected);
    }
}

proptest! {
    #![proptest_config(crate::cases::config(16))]

    #[test]
    fn the_model_depends_on_the_set_of_sessions_only(mut all in sessions(5, 40), k in 1..4_u32) {
        let first = bytes(&evidence(&all, 20), k);
        all.reverse();
        let half = all.len() / 2;
        let merged = evidence(&all[..half], 20).merged(evidence(&all[half..], 20));
        prop_assert_eq!(bytes(&merged, k), first);
    }

    #[test]
    fn nothing_below_the_threshold_remains(all in sessions(8, 40), k in 2..6_u32) {
        let evidence = evidence(&all, 40);
        let Some(model) = learned(&evidence, k, 3) else {
            prop_assert!(all.len() < k as usize);
            return Ok(());
        };
        prop_assert!(supports(&model).all(|support| support >= u64::from(k)));
        let alphabet = model.alphabet();
        for symbol in 1..alphabet.outcomes() {
            let name = alphabet.name(symbol as Symbol).unwrap();
            let visitors = all.iter().filter(|(_, session)| session.iter().any(|one| one == name)).count();
            prop_assert!(visitors >= k as usize, "{name} was seen by {visitors}");
        }
        // Symbols without a name appear nowhere.
        let named = alphabet.outcomes();
        let known = |symbol: Symbol| usize::from(symbol) < named || symbol == START;
        prop_assert!(model.contexts.iter().all(|context| context.key.symbols().all(known)));
        prop_assert!(model.contexts.iter().flat_map(|context| &context.next).all(|next| known(next.symbol)));
        prop_assert!(model.personas.iter().flat_map(|one| &one.steps).all(|step| known(step.after) && known(step.next)));
    }

    #[test]
    fn a_model_survives_its_own_format(all in sessions(5, 20)) {
        let model = learned(&evidence(&all, 20), 1, 3).unwrap();
        let read: Model = serde_json::from_slice(&serde_json::to_vec(&model).unwrap()).unwrap();
        prop_assert_eq!(read, model);
    }

    #[test]
    fn probabilities_add_up_to_one(all in sessions(6, 30), path in prop::collection::vec(1..7_u16, 0..12), k in 1..4_u32) {
        add_up(&all, &path, k)?;
    }

    #[test]
    fn probabilities_of_a_large_alphabet_add_up_to_one(
        all in sessions(150, 40), path in prop::collection::vec(1..100_u16, 0..12), k in 1..3_u32,
    ) {
        add_up(&all, &path, k)?;
    }

    #[test]
    fn sessions_drawn_are_the_same_for_the_same_seed(all in sessions(5, 30), seed: u64) {
        let model = learned(&evidence(&all, 30), 1, 2).unwrap();
        let predictor = Predictor::new(&model);
        let draw = || simulate::sessions(&predictor, seed).take(5).collect::<Vec<_>>();
        prop_assert_eq!(draw(), draw());
    }
}

fn add_up(all: &[(u64, Vec<String>)], path: &[Symbol], k: u32) -> Result<(), TestCaseError> {
    let evidence = evidence(all, 40);
    let Some(model) = learned(&evidence, k, 3) else {
        prop_assert!(all.len() < k as usize);
        return Ok(());
    };
    let predictor = Predictor::new(&model);
    let mut walk = predictor.walk();
    let path = path
        .iter()
        .copied()
        .filter(|symbol| usize::from(*symbol) < evidence.alphabet().outcomes());
    for symbol in renumbered(evidence.alphabet(), &model.alphabet(), &path.collect::<Vec<_>>()) {
        walk.push(symbol);
        let outcomes = 0..predictor.outcomes() as Symbol;
        let sum: f32 = outcomes.map(|symbol| walk.log_probability(symbol).exp()).sum();
        prop_assert!((sum - 1.0).abs() < 1e-3, "{sum}");
    }
    Ok(())
}

#[test]
fn lengths_are_compared() {
    assert_eq!(simulate::length_distance(vec![1, 2, 3], vec![3, 2, 1]), 0.0);
    assert_eq!(simulate::length_distance(vec![1, 1], vec![2, 2]), 1.0);
    assert_eq!(simulate::length_distance(vec![1, 2], vec![2, 2]), 0.5);
}

#[test]
fn a_regular_world_is_predicted() {
    let session = ["home", "list", "item", "item", "buy"].map(str::to_owned).to_vec();
    let all: Vec<_> = (0..200).map(|hash| (hash, session.clone())).collect();
    let evidence = evidence(&all, 100);
    let model = learn(&evidence, LearnSettings::default()).model.unwrap();
    let predictor = Predictor::new(&model);
    let mut walk = predictor.walk();
    for name in &session {
        let symbol = predictor.alphabet().symbol(name).unwrap();
        assert_eq!(walk.rank(symbol), 0, "{name}");
        assert!(
            walk.log_probability(symbol) > -0.05,
            "{name}: {}",
            walk.log_probability(symbol)
        );
        walk.push(symbol);
    }
    assert_eq!(walk.rank(END), 0);
    let drawn = simulate::sessions(&predictor, 7)
        .take(100)
        .filter(|drawn| drawn.len() == session.len())
        .count();
    assert!(drawn > 80, "{drawn}");
}

#[test]
fn files_are_learned_from_and_refused() {
    let refused = |train: &[u8], test: &[u8]| Corpus::parse(train, test, b"").unwrap_err().to_string();
    assert_eq!(refused(b"a b", b"\xff"), "not_utf8");
    assert_eq!(refused(b"\n \n", b"a"), "empty");
    assert_eq!(refused(b"a", b""), "empty");
    let many: Vec<String> = (0..=testgram_sequence::MOST).map(|name| name.to_string()).collect();
    assert_eq!(refused(many.join(" ").as_bytes(), b"a"), "too_many_symbols");

    let lines = "home list item\nhome list\n\n".repeat(40);
    let corpus = Corpus::parse(lines.as_bytes(), b"home list item\nhome unheard-of", b"").unwrap();
    let mut now = 0.0;
    let mut seconds = || {
        now += 1.0;
        now
    };
    let (report, model) = corpus.report(2, &mut seconds).unwrap();
    assert_eq!((report.train_seconds, report.symbols_per_second), (1.0, 7.0));
    assert_eq!(report.model_bytes, serde_json::to_vec(&model).unwrap().len() as u64);
    assert_eq!(model.alphabet().outcomes(), 4);
    assert_eq!(corpus.report(500, || 0.0).unwrap_err().to_string(), "too_few_sessions");
    assert!(report.bits_per_symbol.is_finite() && report.bits_per_symbol > 0.0);
    assert!(report.top1 <= report.top5);
}
