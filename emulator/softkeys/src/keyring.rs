//! Stored keys, loaded and ready for use.

/// The name of a stored key: 12 random bytes, so that the name of a key that is gone, or of another platform's, finds
/// nothing, and its place in the keyring, so that finding it costs no search.
pub(crate) type KeyId = [u8; 16];

/// The random part of a [`KeyId`].
pub(crate) type Nonce = [u8; 12];

/// Keys by their names.
pub(crate) struct Keyring<K> {
    places: Vec<Option<(Nonce, K)>>,
    free: Vec<u32>,
}

impl<K> Keyring<K> {
    pub(crate) fn new() -> Self {
        Self { places: Vec::new(), free: Vec::new() }
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// Takes a key in; `None` if there are 2^32 of them.
    pub(crate) fn insert(&mut self, nonce: Nonce, key: K) -> Option<KeyId> {
        let place = match self.free.pop() {
            Some(place) => place,
            None => {
                let place = u32::try_from(self.places.len()).ok()?;
                self.places.push(None);
                place
            }
        };
        *self.places.get_mut(index(place))? = Some((nonce, key));
        let mut id = [0; 16];
        id[..12].copy_from_slice(&nonce);
        id[12..].copy_from_slice(&place.to_be_bytes());
        Some(id)
    }

    /// Puts a key back to the place that its name says; `None` if another one is there. See [`find_gaps`](Self::find_gaps).
    pub(crate) fn restore(&mut self, id: KeyId, key: K) -> Option<()> {
        let (nonce, place) = parts(&id);
        let place = index(place);
        if place >= self.places.len() {
            self.places.resize_with(place.checked_add(1)?, || None);
        }
        let held = self.places.get_mut(place).filter(|held| held.is_none())?;
        *held = Some((nonce, key));
        Some(())
    }

    /// Finds the free places, when all keys are restored.
    pub(crate) fn find_gaps(&mut self) {
        let empty = self.places.iter().enumerate().filter(|(_, held)| held.is_none());
        self.free = empty.filter_map(|(place, _)| u32::try_from(place).ok()).collect();
    }

    /// The key of this name.
    pub(crate) fn get(&self, id: &KeyId) -> Option<&K> {
        let (nonce, place) = parts(id);
        match self.places.get(index(place)) {
            Some(Some((held, key))) if *held == nonce => Some(key),
            _ => None,
        }
    }

    /// Forgets the key of this name; whether it was there.
    pub(crate) fn remove(&mut self, id: &KeyId) -> bool {
        let (nonce, place) = parts(id);
        if let Some(held @ Some(_)) = self.places.get_mut(index(place))
            && held.as_ref().is_some_and(|(held, _)| *held == nonce)
        {
            *held = None;
            self.free.push(place);
            return true;
        }
        false
    }

    /// Forgets every key that `named` does not claim; returns their names.
    pub(crate) fn retain(&mut self, mut named: impl FnMut(&KeyId) -> bool) -> Vec<KeyId> {
        let mut gone = Vec::new();
        for place in 0..u32::try_from(self.places.len()).unwrap_or(u32::MAX) {
            let Some(Some((nonce, _))) = self.places.get(index(place)) else { continue };
            let mut id = [0; 16];
            id[..12].copy_from_slice(nonce);
            id[12..].copy_from_slice(&place.to_be_bytes());
            if !named(&id) {
                self.remove(&id);
                gone.push(id);
            }
        }
        gone
    }
}

fn parts(id: &KeyId) -> (Nonce, u32) {
    let (mut nonce, mut place) = ([0; 12], [0; 4]);
    nonce.copy_from_slice(&id[..12]);
    place.copy_from_slice(&id[12..]);
    (nonce, u32::from_be_bytes(place))
}

/// A place that does not fit the machine's addresses is beyond every keyring.
fn index(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}
