//! What must hold for any sessions: inventories merge exactly, and nothing that fewer than k sessions met is in a
//! catalog.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};
use testgram_model::{Catalog, Inventory, With, steps};
use testgram_protocol::event::{Element, Event, EventDetail, UrlTemplate};
use testgram_protocol::id::SessionId;
use testgram_protocol::session::Session;

/// Words are made of these: random letters would be data to the protocol.
const SYLLABLES: [&str; 10] = ["ba", "ce", "di", "fo", "lu", "ma", "ne", "ri", "so", "tu"];

/// A page of few, with query keys and slugs, so that templates open.
fn url() -> impl Strategy<Value = String> {
    let slug = || (0..100_usize).prop_map(|number| [SYLLABLES[number / 10], SYLLABLES[number % 10]].concat());
    let query = prop::sample::select(vec!["", "?q", "?q&sort"]);
    let path = prop_oneof![
        slug().prop_map(|slug| format!("/shop/{slug}")),
        slug().prop_map(|slug| format!("/shop/{slug}/reviews")),
        prop::sample::select(vec!["/cart".to_owned(), "/".to_owned(), "/app#/done".to_owned()]),
    ];
    (path, query).prop_map(|(path, query)| match path.split_once('#') {
        Some((path, route)) => format!("{path}{query}#{route}"),
        None => format!("{path}{query}"),
    })
}

fn element() -> impl Strategy<Value = Value> {
    let word = |words: &[&str]| {
        prop::option::of(prop::sample::select(
            words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>(),
        ))
    };
    let path = prop::sample::select(vec![
        "main>a",
        "main>ul>li>a",
        "main>ul>li:2>a",
        "main>ul>li:3>a",
        "main>ul>li:4>a",
        "main>button>svg",
    ]);
    let label = prop::option::of(0..9_u16);
    (
        word(&["a", "button", "svg"]),
        word(&["go", "stop", "wait"]),
        word(&["card", "wide"]),
        word(&["pay", "send"]),
        path,
        label,
    )
        .prop_map(|(tag, id, class, testid, path, label)| {
            let mut el = json!({"tag": tag.unwrap_or_else(|| "a".into()), "path": path});
            let mut set = |key: &str, value: Option<Value>| value.into_iter().for_each(|value| el[key] = value);
            set("id", id.map(Value::from));
            set("testid", testid.map(Value::from));
            set("classes", class.map(|class| json!([class])));
            set("label", label.map(|label| format!("{label:04x}").into()));
            el
        })
}

fn event() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => url().prop_map(|url| json!([0, "page", {"url": url, "cause": "load"}])),
        5 => element().prop_map(|el| json!([0, "click", {"el": el, "x": 1, "y": 1}])),
        1 => element().prop_map(|el| json!([0, "key", {"key": "Enter", "el": el}])),
        1 => url().prop_map(|url| json!([0, "api", {"method": "GET", "url": url, "status": 200, "ms": 1}])),
        1 => prop::sample::select(vec!["order", "leave"]).prop_map(|name| json!([0, "custom", {"name": name}])),
    ]
}

fn sessions(most: usize) -> impl Strategy<Value = Vec<Session>> {
    let session = (any::<u128>(), prop::collection::vec(event(), 1..12));
    prop::collection::vec(session, 1..most).prop_map(|all| {
        let all = all.into_iter().enumerate();
        all.map(|(number, (random, events))| Session {
            // Ids differ in any case.
            id: SessionId::from_parts(number as u64, random & ((1 << 80) - 1)),
            meta: None,
            events: events
                .into_iter()
                .map(|event| serde_json::from_value::<Event>(event).unwrap())
                .collect(),
        })
        .collect()
    })
}

fn inventory(sessions: &[Session]) -> Inventory {
    let mut inventory = Inventory::new(&[7; 32]);
    sessions.iter().for_each(|session| inventory.add(session));
    inventory
}

fn merged(mut one: Inventory, other: &Inventory) -> Inventory {
    one.merge(other.clone());
    one
}

/// The sessions that met each thing of a catalog, counted the slow way: one by one, in sets.
#[derive(Default)]
struct Reference {
    pages: BTreeMap<usize, BTreeSet<usize>>,
    elements: BTreeMap<usize, BTreeSet<usize>>,
    endpoints: BTreeMap<usize, BTreeSet<usize>>,
    symbols: BTreeMap<u16, BTreeSet<usize>>,
    /// Values of attributes by element: `id=go`.
    attributes: BTreeMap<(usize, String), BTreeSet<usize>>,
}

fn reference(catalog: &Catalog, sessions: &[Session]) -> Reference {
    let mut met = Reference::default();
    for (number, session) in sessions.iter().enumerate() {
        for step in steps(catalog, session) {
            let wire = serde_json::to_value(step.event).unwrap();
            if let Some(page) = step.page {
                met.pages.entry(page.place()).or_default().insert(number);
            }
            if let Some(symbol) = step.symbol {
                met.symbols.entry(symbol).or_default().insert(number);
            }
            if let EventDetail::Api(call) = &step.event.detail
                && let Some(endpoint) = catalog.endpoint(call.method, &call.url)
            {
                met.endpoints.entry(endpoint.place()).or_default().insert(number);
            }
            let Some(element) = step.element.map(|element| element.place()) else {
                continue;
            };
            met.elements.entry(element).or_default().insert(number);
            let mut value = |key: &str, value: &Value| {
                let of = met.attributes.entry((element, format!("{key}={value}"))).or_default();
                of.insert(number);
            };
            for (key, what) in wire[2]["el"].as_object().unwrap() {
                value(key, what);
                what.as_array().into_iter().flatten().for_each(|one| value(key, one));
            }
        }
    }
    met
}

proptest! {
    #![proptest_config(testgram_fixtures::strategy::config(16))]

    #[test]
    fn merging_is_adding_together_in_any_order(all in sessions(40), cuts in any::<(u8, u8)>()) {
        let (a, b) = (usize::from(cuts.0) % all.len(), usize::from(cuts.1) % all.len());
        let [x, y, z] = [&all[..a.min(b)], &all[a.min(b)..a.max(b)], &all[a.max(b)..]].map(inventory);
        let whole = inventory(&all);
        let bytes = whole.to_bytes();
        prop_assert_eq!(&merged(merged(x.clone(), &y), &z).to_bytes(), &bytes);
        prop_assert_eq!(&merged(x.clone(), &merged(y.clone(), &z)).to_bytes(), &bytes);
        prop_assert_eq!(&merged(merged(z, &x), &y).to_bytes(), &bytes);
        prop_assert_eq!(&Inventory::from_bytes(&bytes).unwrap().to_bytes(), &bytes);
        let mut reversed = all.clone();
        reversed.reverse();
        prop_assert_eq!(&inventory(&reversed).to_bytes(), &bytes);
    }

    #[test]
    fn the_catalog_of_merged_parts_is_that_of_the_whole(all in sessions(60), k in 1..5_u32, parts in 1..7_usize) {
        let mut merged = Inventory::new(&[7; 32]);
        for part in all.chunks(all.len().div_ceil(parts)).rev() {
            merged.merge(Inventory::from_bytes(&inventory(part).to_bytes()).unwrap());
        }
        let catalog = Catalog::of(&inventory(&all), k);
        prop_assert_eq!(Catalog::of(&merged, k).to_bytes(), catalog.to_bytes());
        prop_assert_eq!(Catalog::from_bytes(&catalog.to_bytes()), Some(catalog));
    }

    /// What builds rely on when they keep counts: the same naming, the same steps. Everybody once more changes supports
    /// and no naming.
    #[test]
    fn catalogs_of_one_naming_read_sessions_alike(all in sessions(30), others in sessions(20), k in 1..4_u32) {
        let again = all.iter().map(|session| Session { id: SessionId::from_parts(session.id.started_ms() + 1_000, 7), ..session.clone() });
        let twice: Vec<Session> = all.iter().cloned().chain(again).collect();
        let catalogs = [Catalog::of(&inventory(&all), k), Catalog::of(&inventory(&twice), 2 * k)];
        let [one, other] = &catalogs;
        prop_assert_ne!(one.to_bytes(), other.to_bytes());
        prop_assert_eq!(one.naming(), other.naming());
        for session in all.iter().chain(&others) {
            let named = |catalog: &Catalog| steps(catalog, session).iter().map(|step| (step.page, step.element, step.symbol)).collect::<Vec<_>>();
            prop_assert_eq!(named(one), named(other));
        }
    }

    #[test]
    fn nothing_in_a_catalog_has_less_support_than_k(all in sessions(80), k in 1..6_u32) {
        let catalog = Catalog::of(&inventory(&all), k);
        let met = reference(&catalog, &all);
        let support = |sets: &BTreeMap<usize, BTreeSet<usize>>, place: usize| sets.get(&place).map_or(0, BTreeSet::len) as u32;
        for (place, page) in catalog.pages().iter().enumerate() {
            prop_assert!(page.support >= k && page.support <= support(&met.pages, place), "{}", page.template);
        }
        for (place, endpoint) in catalog.endpoints().iter().enumerate() {
            // Under 64 sessions supports are exact, merged or not.
            prop_assert_eq!(endpoint.support, support(&met.endpoints, place));
            prop_assert!(endpoint.support >= k);
        }
        for (place, element) in catalog.elements().iter().enumerate() {
            prop_assert!(element.support >= k);
            prop_assert_eq!(element.support.min(64), support(&met.elements, place).min(64), "{}", element.name);
            let text = |key: &str, value: &Option<String>| value.as_ref().map(|value| format!("{key}={}", json!(value)));
            let label = element.label.map(|label| format!("label={}", json!(format!("{label:04x}"))));
            let classes = element.classes.iter().map(|class| format!("classes={}", json!(class)));
            let published = [text("id", &element.id), text("testid", &element.testid), text("tag", &element.tag), label];
            for attribute in published.into_iter().flatten().chain(classes) {
                let met = met.attributes.get(&(place, attribute.clone())).map_or(0, BTreeSet::len);
                prop_assert!(met as u32 >= k, "{attribute} of {} was met by {met}", element.name);
            }
        }
        for symbol in 1..catalog.alphabet().outcomes() as u16 {
            let is_anywhere = catalog.action(symbol).is_some_and(|action| action.page.is_none() && action.with == With::Rest);
            let met = met.symbols.get(&symbol).map_or(0, BTreeSet::len) as u32;
            prop_assert!(met >= k || is_anywhere, "{:?}", catalog.alphabet().name(symbol));
        }
    }

    #[test]
    fn what_k_sessions_met_is_in_the_catalog(all in sessions(80), k in 1..6_u32) {
        let catalog = Catalog::of(&inventory(&all), k);
        let mut urls = BTreeMap::<String, BTreeSet<usize>>::new();
        let mut clicked = BTreeMap::<String, BTreeSet<usize>>::new();
        for (number, session) in all.iter().enumerate() {
            let mut on = None;
            for event in &session.events {
                match &event.detail {
                    EventDetail::Page(page) => {
                        on = Some(&page.url);
                        urls.entry(page.url.as_str().to_owned()).or_default().insert(number);
                    }
                    EventDetail::Click(click) if on.is_some() => {
                        let met = json!([on, &click.el]).to_string();
                        clicked.entry(met).or_default().insert(number);
                    }
                    _ => {}
                }
            }
        }
        for (url, met) in urls.iter().filter(|(_, met)| met.len() >= k as usize) {
            let page = catalog.page(&UrlTemplate::new(url).unwrap());
            prop_assert!(page.is_some(), "{url}: {}", met.len());
        }
        for (met, _) in clicked.iter().filter(|(_, met)| met.len() >= k as usize) {
            let (url, element): (UrlTemplate, Element) = serde_json::from_str(met).unwrap();
            let page = catalog.page(&url).unwrap();
            prop_assert!(catalog.element(page, &element).is_some(), "{met}");
        }
    }

    #[test]
    fn a_symbol_is_one_of_the_alphabet_and_what_the_catalog_says(all in sessions(50), others in sessions(20), k in 1..4_u32) {
        let catalog = Catalog::of(&inventory(&all), k);
        let alphabet = catalog.alphabet();
        // Sessions that the catalog has never seen, too.
        for step in all.iter().chain(&others).flat_map(|session| steps(&catalog, session)) {
            let is_action = matches!(step.event.detail.kind().as_str(), "page" | "click" | "input" | "submit" | "key" | "drag" | "custom");
            prop_assert_eq!(step.symbol.is_some(), is_action);
            if let Some(element) = step.element {
                prop_assert_eq!(Some(catalog.elements()[element.place()].page), step.page);
            }
            let Some(symbol) = step.symbol else { continue };
            let action = catalog.action(symbol).unwrap();
            prop_assert!(alphabet.name(symbol).unwrap().starts_with(action.verb.word()));
            prop_assert_eq!(action.verb.word(), step.event.detail.kind().as_str());
            prop_assert!(action.page.is_none() || action.page == step.page);
            if let With::Element(element) = action.with {
                prop_assert_eq!(Some(element), step.element);
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..60), all in sessions(4), at in any::<prop::sample::Index>()) {
        let read = |bytes: &[u8]| (Inventory::from_bytes(bytes).map(|read| Catalog::of(&read, 1)), Catalog::from_bytes(bytes));
        read(&bytes);
        let good = inventory(&all).to_bytes();
        let at = at.index(good.len());
        bytes.truncate(3);
        read(&[&good[..at], &bytes, &good[at..]].concat());
    }
}
