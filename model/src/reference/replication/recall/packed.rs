//! What a judge must remember, in a few bits. Terms take three of them, indices four, what an entry
//! says four where it is a request.

use super::content;
use super::{Agreed, Ever, Past};
use crate::reference::packed::{Packed, Reader, Writer};

impl Packed for Past {
    fn write(&self, to: &mut Writer<'_>) {
        to.list(&self.leaders, |to, leader| to.put(*leader, 3));
        to.list(&self.entries, |to, ever| {
            to.put(ever.index, 4);
            to.put(ever.term, 3);
            write_content(to, ever.content);
            to.put(ever.below, 3);
            to.put(ever.holders, 5);
        });
        to.list(&self.committed, |to, agreed| {
            to.put(agreed.term, 3);
            write_content(to, agreed.content);
            to.put(agreed.by, 3);
        });
        to.put(self.acked, 8);
    }

    fn read(from: &mut Reader<'_>) -> Past {
        let leaders = from.list(|from| from.take(3));
        let entries = from.list(|from| Ever {
            index: from.take(4),
            term: from.take(3),
            content: read_content(from),
            below: from.take(3),
            holders: from.take(5),
        });
        let committed = from.list(|from| Agreed {
            term: from.take(3),
            content: read_content(from),
            by: from.take(3),
        });
        Past { leaders, entries, committed, acked: from.take(8) }
    }
}

fn write_content(to: &mut Writer<'_>, content: u16) {
    if content::voters(content).is_some() {
        to.put(15_u8, 4);
        to.put(content, 16);
    } else {
        to.put(content, 4);
    }
}

fn read_content(from: &mut Reader<'_>) -> u16 {
    match from.wide(4) {
        15 => from.wide(16),
        small => small,
    }
}
