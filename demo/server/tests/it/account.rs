//! Signing in, and what is behind it.

use serde_json::{Value, json};

use crate::shop::{Shop, code};

fn address(city: &str) -> Value {
    json!({
        "label": "Home", "first_name": "Jo", "last_name": "Doe", "line1": "1 Test Street",
        "city": city, "region": "OR", "postcode": "97205", "country": "US", "default": true,
    })
}

#[tokio::test]
async fn any_long_password_opens_a_known_account_and_no_other() {
    let shop = Shop::open().await;
    for (email, password, status) in [
        ("mara@example.com", "whatever it is", 200),
        (" Mara@Example.com ", "whatever it is", 200),
        ("mara@example.com", "short", 401),
        ("nobody@example.com", "whatever it is", 401),
    ] {
        let (found, answer) = shop
            .api("POST", "/auth/login", json!({ "email": email, "password": password }))
            .await;
        assert_eq!(found, status, "{email}");
        assert!(!answer.to_string().contains(password), "a password is not answered");
    }
    assert_eq!(shop.api_as("tl_guessed", "GET", "/me", Value::Null).await.0, 401);
}

#[tokio::test]
async fn a_new_customer_registers_changes_and_leaves() {
    let shop = Shop::open().await;
    let mut new = json!({ "email": "Jo@Example.com", "password": "eight888", "first_name": "Jo", "last_name": "Doe" });
    let (status, answer) = shop.api("POST", "/auth/register", new.clone()).await;
    assert_eq!(
        (status, answer["user"]["email"].as_str()),
        (201, Some("jo@example.com"))
    );
    let token = answer["token"].as_str().unwrap().to_owned();
    let (status, again) = shop.api("POST", "/auth/register", new.clone()).await;
    assert_eq!((status, code(&again)), (409, "email_taken"));
    new["email"] = json!("no address");
    new["password"] = json!("short");
    let (_, wrong) = shop.api("POST", "/auth/register", new).await;
    let fields = wrong["error"]["fields"].as_object().unwrap();
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["email", "password"]);

    let (_, changed) = shop
        .api_as(
            &token,
            "PATCH",
            "/me",
            json!({ "phone": "+1 555 0100", "newsletter": true }),
        )
        .await;
    assert_eq!(
        (&changed["user"]["first_name"], &changed["user"]["phone"]),
        (&json!("Jo"), &json!("+1 555 0100"))
    );
    assert_eq!(shop.api_as(&token, "DELETE", "/auth/session", Value::Null).await.0, 204);
    assert_eq!(shop.api_as(&token, "GET", "/me", Value::Null).await.0, 401);
}

#[tokio::test]
async fn addresses_are_added_changed_and_removed_with_one_default() {
    let shop = Shop::open().await;
    let token = shop.sign_in("mara@example.com").await;
    let (status, added) = shop.api_as(&token, "POST", "/me/addresses", address("Salem")).await;
    assert_eq!(status, 201);
    let path = format!("/me/addresses/{}", added["address"]["id"].as_str().unwrap());
    let (_, all) = shop.api_as(&token, "GET", "/me/addresses", Value::Null).await;
    let defaults = all["addresses"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|address| address["default"] == true);
    assert_eq!(defaults.map(|address| &address["city"]).collect::<Vec<_>>(), ["Salem"]);
    let (_, changed) = shop.api_as(&token, "PUT", &path, address("Eugene")).await;
    assert_eq!(
        (&changed["address"]["city"], &changed["address"]["id"]),
        (&json!("Eugene"), &added["address"]["id"])
    );
    assert_eq!(shop.api_as(&token, "DELETE", &path, Value::Null).await.0, 204);
    assert_eq!(shop.api_as(&token, "DELETE", &path, Value::Null).await.0, 404);
    let theo = shop.sign_in("theo@example.com").await;
    let (_, others) = shop.api_as(&theo, "GET", "/me/addresses", Value::Null).await;
    assert_eq!(
        others["addresses"].as_array().unwrap().len(),
        1,
        "everybody has their own"
    );
}

#[tokio::test]
async fn letters_are_taken_as_browsers_send_forms() {
    let shop = Shop::open().await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answer = shop
        .ask("POST", "/demo/api/newsletter", &form, "email=jo%40example.com")
        .await;
    assert_eq!(answer.status, 201);
    assert_eq!(
        shop.ask("POST", "/demo/api/newsletter", &form, "email=jo").await.status,
        422
    );
    let file = [("content-type", "multipart/form-data; boundary=x")];
    let answer = shop.ask("POST", "/demo/api/contact", &file, vec![b'x'; 500_000]).await;
    assert_eq!(answer.status, 202);
    assert_eq!(
        shop.ask("POST", "/demo/api/contact", &form, "name=Jo").await.status,
        400
    );
    assert_eq!(
        shop.api("GET", "/stores", Value::Null).await.1["stores"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
}
