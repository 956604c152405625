//! What a catalog makes of real traffic reads like the shop it came from (`demo/README.md`).

use testgram_model::{Catalog, Inventory};
use testgram_protocol::session::Session;

const K: u32 = 5;

#[test]
fn the_demo_shop_has_its_pages_and_controls() {
    let catalog = crate::common::catalog(&crate::common::recorded(), K);
    let templates: Vec<&str> = catalog.pages().iter().map(|page| page.template.as_str()).collect();
    for page in [
        "/demo",
        "/demo/cart",
        "/demo/checkout/payment",
        "/demo/product/:param",
        "/demo/search",
        "/demo/shop/coffee",
        "/demo/help/delivery",
    ] {
        assert!(templates.contains(&page), "no {page}: {templates:?}");
    }
    let products = templates.iter().filter(|page| page.starts_with("/demo/product/"));
    assert_eq!(products.count(), 1, "all products are one page");
    let alphabet = catalog.alphabet();
    for action in [
        "page /demo/product/:param",
        "click /demo/product/:param button[testid=add-to-cart]",
        "submit /demo/checkout/address form[testid=address-form]",
    ] {
        assert!(alphabet.symbol(action).is_some(), "no {action}");
    }
}

#[test]
fn parts_of_real_traffic_have_the_catalog_of_the_whole() {
    let all = crate::common::recorded();
    let inventory = |sessions: &[Session]| {
        let mut inventory = Inventory::new(&[7; 32]);
        sessions.iter().for_each(|session| inventory.add(session));
        inventory
    };
    let mut merged = Inventory::new(&[7; 32]);
    for part in all.chunks(50).rev() {
        merged.merge(inventory(part));
    }
    let whole = inventory(&all);
    assert_eq!(merged.to_bytes(), whole.to_bytes());
    assert_eq!(Catalog::of(&merged, K).to_bytes(), Catalog::of(&whole, K).to_bytes());
}
