//! What is one page and what is one element: real cases, and what becomes of them.

use serde_json::{Value, json};
use testgram_model::{Catalog, Inventory, steps};
use testgram_protocol::event::Event;
use testgram_protocol::id::SessionId;
use testgram_protocol::session::Session;

const K: u32 = 5;

fn session(number: u64, events: &[Value]) -> Session {
    let event = |(t, event): (usize, &Value)| {
        let (kind, detail) = (&event[0], &event[1]);
        serde_json::from_value::<Event>(json!([t, kind, detail])).expect("an event")
    };
    Session {
        id: SessionId::from_parts(
            1_700_000_000_000,
            u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c),
        ),
        meta: None,
        events: events.iter().enumerate().map(event).collect(),
    }
}

fn page(url: &str) -> Value {
    json!(["page", {"url": url, "cause": "load"}])
}

fn click(element: &Value) -> Value {
    json!(["click", {"el": element, "x": 1, "y": 1}])
}

/// Each of `parts` in a session of its own, as often as it says.
fn sessions(parts: &[(usize, Vec<Value>)]) -> Vec<Session> {
    let all = parts.iter().flat_map(|(times, events)| vec![events; *times]);
    (0..).zip(all).map(|(number, events)| session(number, events)).collect()
}

fn inventory(sessions: &[Session]) -> Inventory {
    let mut inventory = Inventory::new(&[7; 32]);
    sessions.iter().for_each(|session| inventory.add(session));
    inventory
}

fn catalog(sessions: &[Session]) -> Catalog {
    Catalog::of(&inventory(sessions), K)
}

/// The templates of URLs, each met by so many sessions.
fn templates(urls: impl IntoIterator<Item = (String, usize)>) -> Vec<String> {
    let views: Vec<_> = urls.into_iter().map(|(url, times)| (times, vec![page(&url)])).collect();
    let catalog = catalog(&sessions(&views));
    catalog.pages().iter().map(|page| page.template.clone()).collect()
}

fn all(urls: &[&str], times: usize) -> Vec<(String, usize)> {
    urls.iter().map(|url| ((*url).to_owned(), times)).collect()
}

/// A word of letters for a number: digits would make it data to the protocol.
fn slug(number: usize) -> String {
    const SYLLABLES: [&str; 10] = ["ba", "ce", "di", "fo", "lu", "ma", "ne", "ri", "so", "tu"];
    let digits = format!("{number:03}");
    digits
        .bytes()
        .map(|digit| SYLLABLES[usize::from(digit - b'0')])
        .collect()
}

/// What each of these elements, clicked in so many sessions on one page, is called.
fn names(elements: &[(usize, Value)]) -> Vec<String> {
    let clicks: Vec<_> = elements
        .iter()
        .map(|(times, el)| (*times, vec![page("/p"), click(el)]))
        .collect();
    let sessions = sessions(&clicks);
    let catalog = catalog(&sessions);
    let name = |number: usize| {
        let step = steps(&catalog, &sessions[number])[1];
        step.element
            .map_or("*".to_owned(), |id| catalog.elements()[id.place()].name.clone())
    };
    let mut first = 0;
    let mut names = Vec::new();
    for (times, _) in elements {
        names.push(name(first));
        first += times;
    }
    names
}

#[test]
fn products_become_one_page_also_when_one_is_popular() {
    let mut urls: Vec<_> = (0..35).map(|n| (format!("/product/{}", slug(n)), 3)).collect();
    urls.push(("/product/popular".into(), 12));
    urls.extend(all(
        &["/shop/coffee", "/shop/tea", "/shop/table", "/shop/brewing", "/shop/all"],
        20,
    ));
    urls.extend(all(&["/help/delivery", "/help/returns", "/help/brewing"], 6));
    let expected = [
        "/help/brewing",
        "/help/delivery",
        "/help/returns",
        "/product/:param",
        "/shop/all",
        "/shop/brewing",
        "/shop/coffee",
        "/shop/table",
        "/shop/tea",
    ];
    assert_eq!(templates(urls), expected);
}

#[test]
fn thousands_of_articles_are_one_page_beside_the_sites_own() {
    let mut urls: Vec<_> = (0..999).map(|n| (format!("/{}", slug(n)), 1)).collect();
    urls.extend(all(&["/cart", "/about"], 80));
    assert_eq!(templates(urls), ["/:param", "/about", "/cart"]);
}

#[test]
fn a_sites_own_pages_stay_though_hardly_anybody_sees_them() {
    let mut urls = all(&["/cart"], 300);
    urls.extend((0..30).map(|n| (format!("/{}", slug(n)), 5)));
    assert_eq!(templates(urls).len(), 31);
}

#[test]
fn segments_behind_data_are_judged_together() {
    let urls = (0..200).flat_map(|n| {
        let repo = format!("/repos-of/{}/{}", slug(n % 50), slug(n));
        ["/issues", "/code", ""].map(|page| (format!("{repo}{page}"), 1))
    });
    let expected = [
        "/repos-of/:param/:param",
        "/repos-of/:param/:param/code",
        "/repos-of/:param/:param/issues",
    ];
    assert_eq!(templates(urls), expected);
}

#[test]
fn routes_behind_a_hash_have_templates_too() {
    let urls = (0..40).map(|n| (format!("/app#/boards/{}", slug(n)), 2));
    let urls = urls.chain(all(&["/app#/settings", "/app#/"], 9));
    assert_eq!(templates(urls), ["/app#/", "/app#/boards/:param", "/app#/settings"]);
}

#[test]
fn a_few_made_up_addresses_change_nothing() {
    let mut urls = all(&["/shop/coffee", "/shop/tea", "/shop/table"], 100);
    urls.extend((0..25).map(|n| (format!("/shop/{}", slug(n)), 1)));
    assert_eq!(templates(urls), ["/shop/coffee", "/shop/table", "/shop/tea"]);
}

#[test]
fn query_keys_are_told_apart_from_the_page() {
    let views = [
        (6, vec![page("/search?q")]),
        (4, vec![page("/search?gclid&q")]),
        (3, vec![page("/search")]),
    ];
    let catalog = catalog(&sessions(&views));
    assert_eq!(catalog.pages().len(), 1);
    let page = &catalog.pages()[0];
    assert_eq!((page.template.as_str(), page.support), ("/search", 13));
    assert_eq!(page.query, ["q"], "fewer than k sessions came with the other");
}

#[test]
fn a_redesign_changes_nothing_where_a_strong_name_stays() {
    for strong in [
        json!({"testid": "pay"}),
        json!({"id": "pay"}),
        json!({"name": "pay"}),
        json!({"label": "3f2a"}),
    ] {
        let mut before = json!({"tag": "button", "classes": ["btn", "btn-primary"], "path": "main>form:2>button"});
        let mut after = json!({"tag": "button", "classes": ["Button_root"], "path": "body>main>div>section>button:3"});
        for (key, value) in strong.as_object().unwrap() {
            before[key] = value.clone();
            after[key] = value.clone();
        }
        let names = names(&[(7, before), (3, after)]);
        assert_eq!(names[0], names[1], "{strong}");
    }
}

#[test]
fn another_label_under_the_same_id_is_the_same_element() {
    let button = |label: &str| json!({"tag": "button", "id": "buy", "path": "main>button", "label": label});
    assert_eq!(
        names(&[(9, button("aaaa")), (9, button("bbbb"))]),
        ["button#buy", "button#buy"]
    );
}

#[test]
fn an_element_that_loses_its_test_id_is_known_by_its_label() {
    let with = json!({"tag": "a", "testid": "cart", "path": "header>a:3", "label": "614e"});
    let without = json!({"tag": "a", "path": "header>div>a", "label": "614e"});
    assert_eq!(names(&[(9, with), (2, without)]), ["a[testid=cart]", "a[testid=cart]"]);
}

#[test]
fn generated_ids_are_passed_over() {
    let mut fields: Vec<_> = (0..40)
        .map(|n| (1, json!({"tag": "input", "id": format!("field-{}", slug(n)), "name": "email", "path": "main>form>p>input"})))
        .collect();
    // One of them came up often: still no name.
    fields.push((
        6,
        json!({"tag": "input", "id": "field-often", "name": "email", "path": "main>form>p>input"}),
    ));
    assert!(names(&fields).iter().all(|name| name == "input[name=email]"));
}

#[test]
fn cards_of_a_list_are_one_element() {
    let card = |n: usize, label: usize| json!({"tag": "a", "classes": ["card"], "path": format!("main>ul>li:{n}>a"), "label": format!("{:04x}", 0x1000 + label)});
    let cards: Vec<_> = (2..10).map(|n| (6, card(n, n))).collect();
    assert!(names(&cards).iter().all(|name| name == "a.card"));
    let linked: Vec<_> = (2..10)
        .map(|n| {
            let mut card = card(n, n);
            card["testid"] = format!("product-{}", slug(n)).into();
            (6, card)
        })
        .collect();
    assert!(
        names(&linked).iter().all(|name| name == "a.card"),
        "test ids of items are data too"
    );
}

#[test]
fn links_of_a_navigation_are_elements_of_their_own() {
    let link = |n: usize| json!({"tag": "a", "classes": ["link"], "path": format!("header>nav>ul>li:{n}>a"), "label": format!("{n:04x}")});
    let links: Vec<_> = (2..10).map(|n| (6, link(n))).collect();
    let names: std::collections::BTreeSet<_> = names(&links).into_iter().collect();
    assert_eq!(names.len(), 8);
}

#[test]
fn two_buttons_of_a_form_are_two_elements() {
    let button = |place: &str, label: &str| json!({"tag": "button", "type": "submit", "classes": ["button"], "path": format!("main>form>{place}"), "label": label});
    let names = names(&[(6, button("button", "aaaa")), (6, button("button:2", "bbbb"))]);
    assert_eq!(names, ["button{aaaa}", "button{bbbb}"]);
}

#[test]
fn what_has_classes_only_may_move() {
    let box_at = |path: &str| json!({"tag": "div", "classes": ["notice", "closable"], "path": path});
    let names = names(&[(4, box_at("main>div:2")), (4, box_at("main>div:7"))]);
    assert_eq!(names, ["div.closable.notice", "div.closable.notice"]);
}

#[test]
fn what_has_nothing_is_known_by_its_place() {
    let text_at = |path: &str| json!({"tag": "p", "path": path});
    let names = names(&[
        (6, text_at("main>p:2")),
        (6, text_at("main>p:3")),
        (1, text_at("main>p:4")),
        (4, text_at("main>p:5")),
    ]);
    assert_eq!(names, ["main>p:2", "main>p:3", "any main>p", "any main>p"]);
}

#[test]
fn an_icon_inside_a_button_is_the_button() {
    let button = json!({"tag": "button", "id": "menu", "path": "header>button:2", "classes": ["icon-button"]});
    let icon = json!({"tag": "svg", "path": "header>button:2>svg", "classes": ["icon"]});
    let stroke = json!({"tag": "path", "path": "header>button:2>svg>path:3"});
    let names = names(&[(9, button), (7, icon), (1, stroke)]);
    assert_eq!(names, ["button#menu", "button#menu", "button#menu"]);
}

#[test]
fn the_same_id_on_two_pages_is_two_elements() {
    let el = json!({"tag": "button", "id": "save", "path": "main>button"});
    let all = sessions(&[(6, vec![page("/a"), click(&el), page("/b"), click(&el)])]);
    let catalog = catalog(&all);
    let steps = steps(&catalog, &all[0]);
    assert!(steps[1].element.is_some() && steps[3].element.is_some());
    assert_ne!(steps[1].element, steps[3].element);
    assert_ne!(steps[1].symbol, steps[3].symbol);
}

#[test]
fn attributes_are_published_from_k_sessions_on() {
    let el = |label: &str, class: &str| json!({"tag": "button", "id": "buy", "path": "main>button", "label": label, "classes": ["button", class]});
    let all = sessions(&[
        (6, vec![page("/p"), click(&el("aaaa", "wide"))]),
        (4, vec![page("/p"), click(&el("bbbb", "jane"))]),
    ]);
    let catalog = catalog(&all);
    let entry = &catalog.elements()[0];
    assert_eq!((entry.label, entry.support), (Some(0xaaaa), 10));
    assert_eq!(entry.classes, ["button", "wide"]);
    let bytes = catalog.to_bytes();
    assert!(
        !bytes.windows(4).any(|four| four == b"jane"),
        "what fell below k is nowhere in the catalog"
    );
    assert_eq!(Catalog::from_bytes(&bytes), Some(catalog));
}

#[test]
fn what_fell_below_k_has_the_symbols_of_what_is_left_of_it() {
    let (known, rare) = (
        json!({"tag": "button", "id": "go", "path": "main>button"}),
        json!({"tag": "b", "path": "main>b"}),
    );
    let key = |el: &Value| json!(["key", {"key": "Enter", "el": el}]);
    let custom = |name: &str| json!(["custom", {"name": name}]);
    let mut parts = vec![(6, vec![page("/p"), click(&known), key(&known), custom("order")])];
    for n in 0..3 {
        let rare =
            json!({"tag": "i", "id": format!("rare-{}", slug(n)), "path": format!("main>{}>i", ["p", "b", "u"][n])});
        parts.push((2, vec![page("/p"), click(&rare)]));
    }
    parts.push((
        1,
        vec![
            click(&known),
            page("/secret"),
            click(&rare),
            page("/p"),
            custom("jane"),
            key(&rare),
        ],
    ));
    let all = sessions(&parts);
    let catalog = catalog(&all);
    let alphabet = catalog.alphabet();
    let symbols = |session: usize| -> Vec<&str> {
        let symbols = steps(&catalog, &all[session]).into_iter();
        symbols
            .map(|step| alphabet.name(step.symbol.unwrap()).unwrap())
            .collect()
    };
    assert_eq!(
        symbols(0),
        [
            "page /p",
            "click /p button#go",
            "key Enter /p button#go",
            "custom /p order"
        ]
    );
    assert_eq!(symbols(6), ["page /p", "click /p *"]);
    assert_eq!(
        symbols(12),
        ["click *", "page *", "click *", "page /p", "custom *", "key *"]
    );
}
