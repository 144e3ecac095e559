//! How a running key follows orders.

use authenticator::UserAct;

use super::{Answer, Ordered, Pump, PumpError, Seen};
use crate::hands::Gesture;
use crate::mind::Question;
use crate::order::{Order, Wish};
use crate::port::ReportPort;

impl<P: ReportPort> Pump<P> {
    pub(super) async fn order(&mut self, Ordered { order, answer }: Ordered) {
        self.watcher.see(Seen::Ordered(&order));
        let went = match order {
            Order::Up(up) => {
                self.hands.set_up(up);
                self.ask();
                done()
            }
            Order::Uv(uv) => {
                self.hands.set_uv(uv);
                self.ask();
                done()
            }
            Order::After(after) => {
                self.hands.set_after(after);
                done()
            }
            Order::Act(gesture) => self.gesture(gesture),
            Order::Asks => Ok(self.front.question().map_or_else(|| "nothing".to_owned(), Question::words)),
            Order::Wait => match self.front.question() {
                Some(question) => Ok(question.words()),
                None => {
                    // Some may have gone away.
                    self.waiting.retain(|waiting| !waiting.is_closed());
                    return self.waiting.extend(answer);
                }
            },
            Order::Where => Ok(self.port.place()),
            Order::Unplug => {
                self.unplug().await;
                done()
            }
            Order::Plug if self.powered => done(),
            // Who asks hears when the key has power again.
            Order::Plug => return self.plug(answer).await,
            Order::Replug => {
                self.unplug().await;
                return self.plug(answer).await;
            }
            Order::Reset(wish) => return self.reset(&wish, answer).await,
        };
        tell(answer, went);
    }

    /// The user does something, if the key asks for it.
    fn gesture(&mut self, gesture: Gesture) -> Result<String, String> {
        let question = self.front.question().ok_or("the key does not ask for anything")?;
        let act = gesture.act(question.ask).ok_or("the key does not ask for a finger, just for a touch")?;
        let words = question.words();
        self.act(act);
        Ok(words)
    }

    pub(super) fn act(&mut self, act: UserAct) {
        self.watcher.see(Seen::Acts(act));
        let job = self.front.user(act);
        self.give(job);
    }

    /// Takes the power away, in the middle of whatever the key does.
    async fn unplug(&mut self) {
        self.powered = false;
        self.routes.clear();
        self.front.power_off();
        self.settle();
        self.port.unplug().await;
    }

    async fn plug(&mut self, answer: Option<Answer>) {
        if let Err(error) = self.port.plug().await {
            let why = format!("it cannot be plugged in: {error}");
            self.watcher.see(Seen::Trouble(&why));
            return tell(answer, Err(why));
        }
        self.power_on(answer);
    }

    /// The key gets power, and begins anew.
    pub(super) fn power_on(&mut self, answer: Option<Answer>) {
        self.powered = true;
        self.routes.clear();
        self.powering.push_back(answer);
        let job = self.front.power_on();
        self.give(job);
    }

    async fn reset(&mut self, wish: &Wish, answer: Option<Answer>) {
        let (mind, platform) = match self.factory.make(wish) {
            Ok(made) => made,
            Err(why) => return tell(answer, Err(why)),
        };
        self.front.become_another(mind.profile());
        self.settle();
        self.worker.exchange(mind, platform);
        self.hands = self.first_hands.clone();
        if self.powered { self.power_on(answer) } else { self.plug(answer).await }
    }

    /// Tells those who wait that the key asks.
    pub(super) fn tell_waiting(&mut self) {
        if let Some(question) = self.front.question() {
            for answer in self.waiting.drain(..) {
                tell(Some(answer), Ok(question.words()));
            }
        }
    }

    /// The key has power, or not.
    pub(super) fn tell_powered(&mut self, power: Result<(), PumpError>) {
        let went = power.map(|()| String::new()).map_err(|error| error.to_string());
        tell(self.powering.pop_front().flatten(), went);
    }
}

/// Nothing is to be said of it.
fn done() -> Result<String, String> {
    Ok(String::new())
}

/// Tells whoever waits for it how it went; who asked may have gone away.
fn tell(answer: Option<Answer>, went: Result<String, String>) {
    if let Some(answer) = answer {
        let _ = answer.send(went);
    }
}
