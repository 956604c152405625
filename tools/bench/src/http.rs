//! As much of an HTTP server as a Lambda's runtime and an SDK on loopback need, without a runtime that would compete
//! with them.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

/// Longest line of a head, and longest body: these clients send far less.
const LINE: u64 = 16 * 1024;
const BODY: u64 = 1024 * 1024;

/// A request, read whole.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) body: String,
}

/// The response to it.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: &'static [(&'static str, &'static str)],
    pub(crate) body: String,
}

/// Serves on a free port until the process ends. Where `answer` has none, the connection is closed.
pub(crate) fn serve(answer: impl Fn(&Request) -> Option<Response> + Send + Sync + 'static) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            // A broken connection is the client's to make again.
            std::thread::spawn(move || drop(converse(&stream, &*answer)));
        }
    });
    Ok(address)
}

fn converse(mut stream: &TcpStream, answer: &dyn Fn(&Request) -> Option<Response>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader)? {
        let Some(response) = answer(&request) else { break };
        let mut out = format!(
            "HTTP/1.1 {} -\r\ncontent-length: {}\r\n",
            response.status,
            response.body.len()
        );
        for (name, value) in response.headers {
            out += &format!("{name}: {value}\r\n");
        }
        out += "\r\n";
        out += &response.body;
        stream.write_all(out.as_bytes())?;
    }
    Ok(())
}

/// The next request; `None` where the client is done. Bodies have a length: these clients send no chunks.
fn read(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let first = line(reader)?;
    let mut words = first.split(' ').map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return Ok(None);
    };
    let mut length = 0;
    loop {
        let header = line(reader)?;
        let Some((name, value)) = header.split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
    }
    let mut body = String::new();
    reader.take(u64::min(length, BODY)).read_to_string(&mut body)?;
    Ok(Some(Request { method, path, body }))
}

fn line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    reader.take(LINE).read_line(&mut line)?;
    line.truncate(line.trim_end().len());
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_one_request_after_another() {
        let mut text = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}GET /b HTTP/1.1\r\n\r\n".as_bytes();
        let post = read(&mut text).unwrap().unwrap();
        assert_eq!(
            (post.method.as_str(), post.path.as_str(), post.body.as_str()),
            ("POST", "/a", "{}")
        );
        assert_eq!(read(&mut text).unwrap().unwrap().path, "/b");
        assert!(read(&mut text).unwrap().is_none());
    }
}
