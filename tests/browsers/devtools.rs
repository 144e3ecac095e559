//! A browser's page over a WebSocket: Chromium's DevTools protocol, or WebDriver BiDi, of which three methods each are needed.

use crate::table::Browser;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::Trouble;

const TRIES: usize = 10;

/// The one page of a browser.
pub struct Page {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    last: u64,
    target: Target,
}

/// What a request names the page by.
enum Target {
    None,
    /// DevTools: the session that is attached to it.
    Session(String),
    /// BiDi: the browsing context.
    Context(String),
}

/// An answer that is yet to come.
#[derive(Clone, Copy)]
pub struct Pending(u64);

impl Page {
    /// Connects to the address that the browser tells when it starts.
    pub async fn connect(browser: Browser, address: &str) -> Result<Self, Trouble> {
        let path = if browser == Browser::Firefox { "/session" } else { "" };
        let (socket, _) = connect_async(format!("{address}{path}")).await?;
        let mut page = Self { socket, last: 0, target: Target::None };
        page.target = match browser {
            Browser::Chromium => page.attach().await?,
            Browser::Firefox => page.session().await?,
        };
        Ok(page)
    }

    /// Has Firefox's own part work out a JavaScript expression of text, with the rights of the browser.
    pub async fn evaluate_inside(&mut self, expression: &str) -> Result<Value, Trouble> {
        let tree = self.call("browsingContext.getTree", json!({ "moz:scope": "chrome" })).await?;
        let context = &tree["contexts"][0]["context"];
        let wish =
            json!({ "expression": expression, "target": { "context": context }, "awaitPromise": true });
        let pending = self.send("script.evaluate", wish).await?;
        self.end(pending).await
    }

    async fn attach(&mut self) -> Result<Target, Trouble> {
        let targets = self.call("Target.getTargets", json!({})).await?;
        let targets = targets["targetInfos"].as_array().cloned().unwrap_or_default();
        let page = targets.iter().find(|target| target["type"] == "page").ok_or("the browser has no page")?;
        let wish = json!({ "targetId": page["targetId"], "flatten": true });
        let attached = self.call("Target.attachToTarget", wish).await?;
        Ok(Target::Session(text(&attached["sessionId"])?))
    }

    async fn session(&mut self) -> Result<Target, Trouble> {
        // Dialogs are the person's.
        let wish = json!({ "capabilities": { "alwaysMatch": { "unhandledPromptBehavior": { "default": "ignore" } } } });
        self.call("session.new", wish).await?;
        let tree = self.call("browsingContext.getTree", json!({})).await?;
        Ok(Target::Context(text(&tree["contexts"][0]["context"])?))
    }

    /// Goes to another address; the page may not be whole yet.
    pub async fn go(&mut self, url: &str) -> Result<(), Trouble> {
        if let Target::Context(context) = &self.target {
            let wish = json!({ "context": context, "url": url, "wait": "complete" });
            self.call("browsingContext.navigate", wish).await?;
            return Ok(());
        }
        let mut last = Value::Null;
        for _ in 0..TRIES {
            let mut gone = self.call("Page.navigate", json!({ "url": url })).await?;
            last = gone["errorText"].take();
            // The page with which it starts may still be on its way, and takes the place of ours.
            if last != "net::ERR_ABORTED" {
                break;
            }
        }
        match last.is_null() {
            true => Ok(()),
            false => Err(format!("{url}: {last}").into()),
        }
    }

    /// Has the page work out a JavaScript expression, a promise of JSON as text.
    pub async fn evaluate(&mut self, expression: &str) -> Result<Value, Trouble> {
        let pending = self.begin(expression).await?;
        self.end(pending).await
    }

    /// Begins to work it out.
    pub async fn begin(&mut self, expression: &str) -> Result<Pending, Trouble> {
        let wish = match &self.target {
            Target::Context(context) => {
                json!({ "expression": expression, "target": { "context": context }, "awaitPromise": true })
            }
            _ => json!({ "expression": expression, "awaitPromise": true, "returnByValue": true }),
        };
        let method =
            if matches!(self.target, Target::Context(_)) { "script.evaluate" } else { "Runtime.evaluate" };
        self.send(method, wish).await
    }

    /// What came of it. May be dropped and called again.
    pub async fn end(&mut self, pending: Pending) -> Result<Value, Trouble> {
        let answer = self.answer(pending).await?;
        let value = answer["result"]["value"].as_str();
        let value = value.ok_or_else(|| format!("the page could not work that out: {answer}"))?;
        Ok(serde_json::from_str(value)?)
    }

    async fn call(&mut self, method: &str, wish: Value) -> Result<Value, Trouble> {
        let pending = self.send(method, wish).await?;
        self.answer(pending).await
    }

    async fn send(&mut self, method: &str, params: Value) -> Result<Pending, Trouble> {
        self.last += 1;
        let mut request = json!({ "id": self.last, "method": method, "params": params });
        if let Target::Session(session) = &self.target {
            request["sessionId"] = json!(session);
        }
        self.socket.send(Message::text(request.to_string())).await?;
        Ok(Pending(self.last))
    }

    async fn answer(&mut self, pending: Pending) -> Result<Value, Trouble> {
        while let Some(message) = self.socket.next().await {
            let Message::Text(message) = message? else { continue };
            let mut answer: Value = serde_json::from_str(&message)?;
            if answer["id"] != json!(pending.0) {
                continue;
            }
            return match answer.get("error") {
                Some(_) => Err(format!("the browser refuses: {answer}").into()),
                None => Ok(answer["result"].take()),
            };
        }
        Err("the browser is gone".into())
    }
}

fn text(value: &Value) -> Result<String, Trouble> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("no text: {value}").into())
}
