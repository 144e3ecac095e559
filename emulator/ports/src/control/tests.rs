use tokio::io::AsyncReadExt;

use super::*;
use crate::hands::Up;

/// Follows each order until there are no more; the orders.
async fn follow_all(mut orders: mpsc::Receiver<Ordered>) -> Vec<Order> {
    let mut followed = Vec::new();
    while let Some(Ordered { order, answer }) = orders.recv().await {
        let told = match order {
            Order::Replug => Err("no power".to_owned()),
            Order::Where => Ok("udp:127.0.0.1:7".to_owned()),
            _ => Ok(String::new()),
        };
        followed.push(order);
        answer.unwrap().send(told).unwrap();
    }
    followed
}

#[tokio::test]
async fn each_line_is_answered_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("control");
    let (give, orders) = mpsc::channel(1);
    let control = Control::listen(&path, give).unwrap();
    let running = tokio::spawn(control.run());
    let key = tokio::spawn(follow_all(orders));
    let mut script = UnixStream::connect(&path).await.unwrap();
    let long = format!("ctl {}\n", "x".repeat(100));
    script.write_all(b"ctl up never\nctl replug\n\nctl up maybe\n").await.unwrap();
    script.write_all(long.as_bytes()).await.unwrap();
    script.write_all(b"ctl where\n").await.unwrap();
    // The last one without a line end.
    script.write_all(b"ctl up auto").await.unwrap();
    script.shutdown().await.unwrap();
    let mut answers = String::new();
    script.read_to_string(&mut answers).await.unwrap();
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!(answers[0], "ok");
    assert_eq!(answers[1], "error: no power");
    assert!(answers[2].starts_with("error: ``") && answers[3].contains("`maybe`"), "{answers:?}");
    assert!(answers[4].starts_with("error: `ctl xxx"), "{answers:?}");
    assert_eq!(answers[5..], ["ok udp:127.0.0.1:7", "ok"]);
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
    assert_eq!(key.await.unwrap(), [Order::Up(Up::Never), Order::Replug, Order::Where, Order::Up(Up::Auto)]);
    assert!(!path.exists());
}

#[tokio::test]
async fn a_key_that_is_gone_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("control");
    let (give, orders) = mpsc::channel(1);
    let control = Control::listen(&path, give).unwrap();
    let _running = tokio::spawn(control.run());
    drop(orders);
    let mut script = UnixStream::connect(&path).await.unwrap();
    script.write_all(b"ctl replug\n").await.unwrap();
    script.shutdown().await.unwrap();
    let mut answer = String::new();
    script.read_to_string(&mut answer).await.unwrap();
    assert_eq!(answer, "error: the key is being unplugged\n");
}
