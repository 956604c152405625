//! What is on sale.

use serde_json::{Value, json};

use crate::shop::{Shop, code};

async fn names(shop: &Shop, query: &str) -> (u64, Vec<String>) {
    let (status, answer) = shop.api("GET", &format!("/products{query}"), Value::Null).await;
    assert_eq!(status, 200, "{query}");
    let items = answer["items"].as_array().unwrap().iter();
    let names = items.map(|item| item["slug"].as_str().unwrap().to_owned()).collect();
    (answer["pagination"]["total"].as_u64().unwrap(), names)
}

#[tokio::test]
async fn lists_are_filtered_sorted_and_cut_into_pages() {
    let shop = Shop::open().await;
    let (total, first) = names(&shop, "?category=coffee").await;
    let (_, second) = names(&shop, "?category=coffee&page=2").await;
    assert_eq!((total, first.len() + second.len()), (10, 10));
    assert!(first.iter().all(|slug| !second.contains(slug)));
    let (_, last) = names(&shop, "?category=coffee&page=99").await;
    assert_eq!(last, second, "beyond the last page is the last page");
    let (_, cheapest) = names(&shop, "?sort=price_asc").await;
    assert_eq!(cheapest[0], "paper-filters");
    let (light, _) = names(&shop, "?category=coffee&roast=light&max_price=1800").await;
    let (all, _) = names(&shop, "?category=coffee&roast=&sort=").await;
    assert_eq!((light, all), (1, 10), "empty is not a filter");
    let (in_stock, _) = names(&shop, "?category=brewing&in_stock=true").await;
    assert_eq!(in_stock, 7, "one is sold out");
    let (status, answer) = shop.api("GET", "/products?max_price=cheap", Value::Null).await;
    assert_eq!((status, code(&answer)), (400, "malformed"));
}

#[tokio::test]
async fn a_product_tells_all_that_its_page_shows() {
    let shop = Shop::open().await;
    let (_, answer) = shop.api("GET", "/products/kiamba-ab", Value::Null).await;
    let product = &answer["product"];
    assert_eq!(product["price"], json!({ "amount": 1850, "currency": "USD" }));
    assert_eq!(product["options"][1]["values"][0]["id"], "whole");
    assert_eq!(product["images"].as_array().unwrap().len(), 3);
    let (_, worn) = shop.api("GET", "/products/linen-apron", Value::Null).await;
    assert!(worn["product"]["size_guide"]["rows"].is_array());
    let (_, trap) = shop.api("GET", "/products/canvas-smock", Value::Null).await;
    assert!(trap["product"]["size_guide"].is_null(), "its button throws");
    assert_eq!(shop.api("GET", "/products/winter-blend", Value::Null).await.0, 404);
}

#[tokio::test]
async fn a_search_finds_what_products_tell_of_themselves() {
    let shop = Shop::open().await;
    let (_, answer) = shop.api("GET", "/search?q=%20Kenya%20", Value::Null).await;
    assert_eq!(
        (answer["total"].as_u64(), answer["hits"][0]["slug"].as_str()),
        (Some(1), Some("kiamba-ab"))
    );
    for path in ["/search", "/search?q=", "/search?q=%3Cscript%3E"] {
        assert_eq!(shop.api("GET", path, Value::Null).await.1["total"], 0, "{path}");
    }
}

#[tokio::test]
async fn a_review_is_there_when_it_was_written() {
    let shop = Shop::open().await;
    let path = "/products/oat-mug/reviews";
    let before = shop.api("GET", path, Value::Null).await.1["rating"]["count"]
        .as_u64()
        .unwrap();
    let review = json!({ "author": "Jo", "rating": 1, "title": "Too warm", "body": "It keeps the tea warm." });
    let (status, answer) = shop.api("POST", path, review).await;
    assert_eq!(
        (status, answer["review"]["author"]["verified"].as_bool()),
        (201, Some(false))
    );
    let (_, after) = shop.api("GET", path, Value::Null).await;
    assert_eq!(after["rating"]["count"].as_u64(), Some(before + 1));
    assert_eq!(after["reviews"][0]["title"], "Too warm");
    let bad = json!({ "author": " ", "rating": 6, "title": "x", "body": "x".repeat(2_001) });
    let (status, answer) = shop.api("POST", path, bad).await;
    assert_eq!((status, code(&answer)), (422, "validation_failed"));
    let fields = answer["error"]["fields"].as_object().unwrap();
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["author", "body", "rating"]);
}
