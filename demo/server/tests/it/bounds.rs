//! What nobody can fill up or bring down.

use serde_json::{Value, json};

use crate::shop::{Shop, code};

#[tokio::test]
async fn bodies_have_a_limit() {
    let shop = Shop::open().await;
    let long = json!({ "gift_note": "x".repeat(40_000) });
    let cart = shop.cart_with(&[]).await;
    let (status, answer) = shop.api("PATCH", &cart, long).await;
    assert_eq!((status, code(&answer)), (413, "too_large"));
    let file = [("content-type", "multipart/form-data; boundary=x")];
    let answer = shop
        .ask("POST", "/demo/api/contact", &file, vec![b'x'; 2_000_000])
        .await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn texts_have_a_limit() {
    let shop = Shop::open().await;
    let cart = shop.cart_with(&[]).await;
    for (length, status) in [(500, 200), (501, 422)] {
        let note = json!({ "gift_note": "ü".repeat(length) });
        assert_eq!(shop.api("PATCH", &cart, note).await.0, status, "{length}");
    }
    let query = format!("/search?q={}", "x".repeat(101));
    assert_eq!(shop.api("GET", &query, Value::Null).await.0, 422);
}

#[tokio::test]
async fn nobody_has_more_than_their_share() {
    let shop = Shop::open().await;
    let token = shop.sign_in("priya@example.com").await;
    let address = json!({
        "first_name": "P", "last_name": "R", "line1": "1", "city": "Salem", "postcode": "1", "country": "US",
    });
    for nth in 0..21 {
        let (status, answer) = shop.api_as(&token, "POST", "/me/addresses", address.clone()).await;
        assert_eq!(status, if nth < 20 { 201 } else { 409 }, "{}", code(&answer));
    }
    let review = json!({ "author": "J", "rating": 5, "title": "t", "body": "b" });
    for _ in 0..110 {
        assert_eq!(
            shop.api("POST", "/products/oat-mug/reviews", review.clone()).await.0,
            201
        );
    }
    let (_, answer) = shop.api("GET", "/products/oat-mug/reviews", Value::Null).await;
    assert_eq!(answer["reviews"].as_array().unwrap().len(), 100, "the oldest went");
}

#[tokio::test]
async fn garbage_gets_a_code_and_no_echo() {
    let shop = Shop::open().await;
    let cart = shop.cart_with(&[]).await;
    let json_type = [("content-type", "application/json")];
    for (method, path, headers, body, status) in [
        (
            "POST",
            "/demo/api/auth/login",
            &json_type[..],
            r#"{"email":"secret@example.com""#,
            400,
        ),
        (
            "POST",
            "/demo/api/auth/login",
            &json_type,
            r#"{"email":["secret@example.com"],"password":1}"#,
            400,
        ),
        (
            "POST",
            "/demo/api/auth/login",
            &[],
            r#"{"email":"secret@example.com","password":"secret888"}"#,
            400,
        ),
        (
            "POST",
            "/demo/api/checkout",
            &json_type,
            r#"{"payment":{"method":"secret@example.com"}}"#,
            400,
        ),
        ("GET", "/demo/api/secret@example.com", &[], "", 404),
        ("DELETE", "/demo/api/products", &[], "", 405),
        (
            "PATCH",
            &format!("/demo/api{cart}/items/secret@example.com"),
            &json_type,
            r#"{"quantity":1}"#,
            404,
        ),
        (
            "PATCH",
            &format!("/demo/api{cart}/items/x"),
            &json_type,
            r#"{"quantity":-1}"#,
            400,
        ),
        (
            "PUT",
            &format!("/demo/api{cart}/wishlist/secret@example.com"),
            &json_type,
            "",
            404,
        ),
    ] {
        let answer = shop.ask(method, path, headers, body.to_owned()).await;
        assert_eq!(answer.status, status, "{method} {path} {}", answer.text());
        assert_eq!(answer.mime(), "application/json", "{path}");
        assert!(
            answer.text().contains("\"code\":") && !answer.text().contains("secret"),
            "{path}"
        );
    }
}
