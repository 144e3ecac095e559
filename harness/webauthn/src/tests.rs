mod bytes;
mod client_data;
mod describe;
mod dictionaries;
mod key;
