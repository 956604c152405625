//! From an empty cart to an order in the account.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::shop::{Shop, code};

fn order(cart: &str, card_number: &str) -> Value {
    json!({
        "cart": cart.trim_start_matches("/carts/"),
        "contact": { "email": "jo@example.com", "phone": "+1 555 0100" },
        "shipping_address": {
            "first_name": "Jo", "last_name": "Doe", "line1": "1 Test Street", "line2": "",
            "city": "Portland", "region": "OR", "postcode": "97205", "country": "US",
        },
        "shipping_method": "express",
        "payment": {
            "method": "card",
            "card": { "number": card_number, "name": "Jo Doe", "expiry": "12 / 99", "cvc": "123" },
        },
    })
}

fn lines(cart: &Value) -> Vec<(String, String, u64)> {
    let items = cart["cart"]["items"].as_array().unwrap().iter();
    items
        .map(|item| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (
                text(&item["id"]),
                text(&item["product"]["slug"]),
                item["quantity"].as_u64().unwrap(),
            )
        })
        .collect()
}

#[tokio::test]
async fn a_cart_does_what_its_page_does() {
    let shop = Shop::open().await;
    let coffee = json!({ "size": "500g", "grind": "filter" });
    let cart = shop
        .cart_with(&[("kiamba-ab", coffee.clone(), 1), ("tea-towel", json!({}), 1)])
        .await;
    let add = json!({ "slug": "kiamba-ab", "options": coffee, "quantity": 2 });
    let (_, answer) = shop.api("POST", &format!("{cart}/items"), add).await;
    let [(coffee_line, _, 3), (towel_line, _, 1)] = &lines(&answer)[..] else {
        panic!("the same thing joins its line: {answer}")
    };
    assert_eq!(answer["cart"]["items"][0]["total"]["amount"], 3 * (1_850 + 1_450));
    assert_eq!(answer["cart"]["item_count"], 4);

    let (_, answer) = shop
        .api("PATCH", &format!("{cart}/items/{towel_line}"), json!({ "quantity": 5 }))
        .await;
    assert_eq!(answer["cart"]["item_count"], 8);
    let order = json!({ "items": [towel_line, coffee_line] });
    let (_, answer) = shop.api("PUT", &format!("{cart}/items"), order).await;
    assert_eq!(lines(&answer)[0].1, "tea-towel");
    let (_, answer) = shop
        .api("DELETE", &format!("{cart}/items/{towel_line}"), Value::Null)
        .await;
    assert_eq!(lines(&answer).len(), 1);
    let (_, answer) = shop
        .api("PUT", &format!("{cart}/wishlist/tea-towel"), Value::Null)
        .await;
    assert_eq!(answer["cart"]["wishlist"][0]["slug"], "tea-towel");
    let (_, answer) = shop
        .api("DELETE", &format!("{cart}/wishlist/tea-towel"), Value::Null)
        .await;
    assert_eq!(answer["cart"]["wishlist"], json!([]));
    let (_, answer) = shop.api("PATCH", &cart, json!({ "gift_note": "For you" })).await;
    assert_eq!(answer["cart"]["gift"]["note"], "For you");
    let (_, read) = shop.api("GET", &cart, Value::Null).await;
    assert_eq!(read["cart"]["items"], answer["cart"]["items"]);
}

#[tokio::test]
async fn a_cart_refuses_what_cannot_be_bought() {
    let shop = Shop::open().await;
    let cart = shop.cart_with(&[]).await;
    for (slug, options, quantity, status, word) in [
        ("winter-blend", json!({}), 1, 404, "not_found"),
        ("kiamba-ab", json!({}), 1, 422, "unknown_option"),
        (
            "kiamba-ab",
            json!({ "size": "5kg", "grind": "whole" }),
            1,
            422,
            "unknown_option",
        ),
        ("chasen", json!({}), 1, 409, "out_of_stock"),
        ("tea-towel", json!({}), 13, 409, "out_of_stock"),
        ("tea-towel", json!({}), 0, 422, "validation_failed"),
    ] {
        let item = json!({ "slug": slug, "options": options, "quantity": quantity });
        let (found, answer) = shop.api("POST", &format!("{cart}/items"), item).await;
        assert_eq!((found, code(&answer)), (status, word), "{slug} {quantity}");
    }
    assert_eq!(shop.api("GET", "/carts/crt_unknown", Value::Null).await.0, 404);
    let (status, answer) = shop.api("POST", "/checkout", order(&cart, "4242424242424242")).await;
    assert_eq!((status, code(&answer)), (409, "empty_cart"));
}

#[tokio::test]
async fn promo_codes_are_taken_refused_or_fail() {
    let shop = Shop::open().await;
    let cart = shop.cart_with(&[("tea-towel", json!({}), 2)]).await;
    let promo = format!("{cart}/promo");
    let (_, answer) = shop.api("PUT", &promo, json!({ "code": "welcome10" })).await;
    assert_eq!(answer["cart"]["totals"]["discount"]["amount"], 320);
    for (wrong, status, word) in [
        ("SPRING", 422, "promo_expired"),
        ("NOSUCH", 422, "promo_unknown"),
        ("TEAPARTY", 500, "internal"),
    ] {
        let (found, answer) = shop.api("PUT", &promo, json!({ "code": wrong })).await;
        assert_eq!((found, code(&answer)), (status, word));
    }
    let (_, answer) = shop.api("DELETE", &promo, Value::Null).await;
    assert!(answer["cart"]["promo"].is_null());
}

#[tokio::test]
async fn an_order_is_in_its_customers_account_and_in_nobody_elses() {
    let shop = Shop::open().await;
    let mara = shop.sign_in("mara@example.com").await;
    let theo = shop.sign_in("theo@example.com").await;
    let cart = shop
        .cart_with(&[("tea-towel", json!({}), 2), ("paper-filters", json!({}), 1)])
        .await;
    let (status, placed) = shop
        .api_as(&mara, "POST", "/checkout", order(&cart, "4242 4242 4242 4242"))
        .await;
    assert_eq!(status, 201);
    let id = placed["order"]["id"].as_str().unwrap();
    assert_eq!(placed["order"]["payment"]["last4"], "4242");
    assert!(!placed.to_string().contains("42424242"), "a card's number is not kept");
    let (_, orders) = shop.api_as(&mara, "GET", "/me/orders", Value::Null).await;
    assert_eq!(orders["orders"][0]["id"], id);
    let (_, read) = shop
        .api_as(&mara, "GET", &format!("/me/orders/{id}"), Value::Null)
        .await;
    assert_eq!(read["order"], placed["order"]);
    assert_eq!(
        shop.api("GET", &format!("/orders/{id}"), Value::Null).await.1["order"],
        placed["order"]
    );
    assert_eq!(
        shop.api_as(&theo, "GET", &format!("/me/orders/{id}"), Value::Null)
            .await
            .0,
        404
    );
    assert_eq!(shop.api("GET", "/me/orders", Value::Null).await.0, 401);
    let (_, empty) = shop.api("GET", &cart, Value::Null).await;
    assert_eq!(empty["cart"]["item_count"], 0);
}

#[tokio::test]
async fn a_saved_card_pays_for_its_owner_only() {
    let shop = Shop::open().await;
    for (email, status) in [("mara@example.com", 201), ("theo@example.com", 401)] {
        let cart = shop.cart_with(&[("tea-towel", json!({}), 1)]).await;
        let mut wanted = order(&cart, "");
        wanted["payment"] = json!({ "method": "saved_card" });
        let token = shop.sign_in(email).await;
        assert_eq!(
            shop.api_as(&token, "POST", "/checkout", wanted).await.0,
            status,
            "{email}"
        );
    }
}

#[tokio::test]
async fn a_declined_card_leaves_the_cart_as_it_is() {
    let shop = Shop::open().await;
    let cart = shop.cart_with(&[("tea-towel", json!({}), 1)]).await;
    for (number, status, word) in [
        ("4000 0000 0000 0002", 402, "card_declined"),
        ("4000000000009995", 402, "insufficient_funds"),
        ("4242424242424241", 422, "validation_failed"),
    ] {
        let (found, answer) = shop.api("POST", "/checkout", order(&cart, number)).await;
        assert_eq!((found, code(&answer)), (status, word));
        assert!(
            !answer.to_string().contains("4000") && !answer.to_string().contains("424"),
            "nothing is quoted"
        );
    }
    assert_eq!(shop.api("GET", &cart, Value::Null).await.1["cart"]["item_count"], 1);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_form_is_told_at_once() {
    let shop = Shop::open().await;
    let cart = shop.cart_with(&[("tea-towel", json!({}), 1)]).await;
    let mut wrong = order(&cart, "1");
    wrong["contact"]["email"] = json!("jo");
    wrong["shipping_address"]["city"] = json!("");
    wrong["shipping_method"] = json!("pigeon");
    wrong["payment"]["card"]["expiry"] = json!("01/20");
    let (_, answer) = shop.api("POST", "/checkout", wrong).await;
    let fields = answer["error"]["fields"].as_object().unwrap();
    let names: Vec<&String> = fields.keys().collect();
    assert_eq!(
        names,
        ["card_expiry", "card_number", "city", "email", "shipping_method"]
    );
}

#[tokio::test]
async fn rates_take_as_long_as_a_carrier() {
    let shop = Shop::open().await;
    let cart = shop.cart_with(&[("tea-towel", json!({}), 1)]).await;
    #[expect(clippy::disallowed_methods, reason = "a test of how long something takes")]
    let began = Instant::now();
    let id = cart.trim_start_matches("/carts/");
    let (_, answer) = shop
        .api("GET", &format!("/shipping/rates?cart={id}"), Value::Null)
        .await;
    assert!(began.elapsed() >= Duration::from_millis(600));
    assert_eq!(answer["rates"].as_array().unwrap().len(), 3);
}
