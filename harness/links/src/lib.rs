//! Ways from a client to a key: in-process, framed, with faults and a record.
