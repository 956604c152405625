//! DynamoDB through the unmodified SDK.

use aws_sdk_dynamodb::types::AttributeValue;

use super::support::{Scratch, TABLE, create_table, endpoint, keys, put, sdk};

#[tokio::test]
async fn the_sdk_writes_and_reads() {
    let scratch = Scratch::new();
    let (endpoint, _data) = endpoint(&scratch).await;
    let client = sdk(&endpoint.url());
    create_table(&client).await;
    for sk in 0..5 {
        assert!(put(&client, sk).await);
    }
    assert_eq!(keys(&client).await, [0, 1, 2, 3, 4]);
    let conditional = client
        .put_item()
        .table_name(TABLE)
        .item("pk", AttributeValue::S("tenant#world".into()))
        .item("sk", AttributeValue::S("00000003".into()))
        .condition_expression("attribute_not_exists(pk)");
    let error = conditional.send().await.unwrap_err().into_service_error();
    assert!(error.is_conditional_check_failed_exception(), "{error:?}");
    endpoint.stop().await;
}

#[tokio::test]
async fn tables_outlive_the_endpoint() {
    let scratch = Scratch::new();
    let (first, data) = endpoint(&scratch).await;
    let client = sdk(&first.url());
    create_table(&client).await;
    assert!(put(&client, 1).await);
    drop(client);
    first.stop().await;
    drop(data);
    let (second, _data) = endpoint(&scratch).await;
    assert_eq!(keys(&sdk(&second.url())).await, [1]);
    second.stop().await;
}
