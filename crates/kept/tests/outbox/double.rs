//! A server that speaks enough SMTP to misbehave: answers over several lines, no for now, no for
//! good, and connections that break where it hurts.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What it does with a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    Take,
    /// Not now, said of the sender, the addressee, before the text, or after it.
    LaterAt(Step),
    /// Not ever.
    NeverAt(Step),
    /// The connection breaks.
    BreakAt(Step),
    /// Everything is said, and nothing is answered, for as long as the server lives.
    Hang,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    Sender,
    Addressee,
    Data,
    /// In the middle of the text.
    Text,
    /// When all of the text has come.
    End,
}

/// A message as it came.
#[derive(Clone, Debug)]
pub struct Got {
    pub from: String,
    pub to: String,
    pub text: String,
}

impl Got {
    pub fn header(&self, name: &str) -> &str {
        let begins = format!("{name}: ");
        let mut lines = self.text.lines();
        lines.find_map(|line| line.strip_prefix(&begins)).unwrap()
    }
}

pub struct Double {
    pub port: u16,
    pub got: Receiver<Got>,
}

impl Double {
    /// One that answers to each message in turn, and takes what comes after.
    pub fn new(answers: &[Answer]) -> Double {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, got) = channel();
        let answers: VecDeque<Answer> = answers.iter().copied().collect();
        let answers = Arc::new(Mutex::new(answers));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (answers, sender) = (answers.clone(), sender.clone());
                // A connection that breaks ends its thread.
                std::thread::spawn(move || drop(talk(&stream.unwrap(), &answers, &sender)));
            }
        });
        Double { port, got }
    }

    /// The next message that came whole.
    pub fn next(&self) -> Got {
        self.got.recv_timeout(Duration::from_secs(60)).unwrap()
    }
}

fn talk(
    stream: &TcpStream,
    answers: &Mutex<VecDeque<Answer>>,
    sender: &Sender<Got>,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream);
    let mut out = stream;
    let mut say = |text: &str| out.write_all(text.replace('\n', "\r\n").as_bytes());
    say("220-mx.example.org\n220 ready\n")?;
    let (mut from, mut to) = (String::new(), String::new());
    let mut answer = Answer::Take;
    let mut line = String::new();
    loop {
        line.clear();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let word = line.trim_end().to_ascii_uppercase();
        if word.starts_with("EHLO") {
            say(
                "250-mx.example.org greets you\n250-8BITMIME\n250-AUTH PLAIN\n250-SIZE 1000000\n250 PIPELINING\n",
            )?;
        } else if word.starts_with("MAIL") {
            from = line.trim_end().to_owned();
            answer = answers.lock().unwrap().pop_front().unwrap_or(Answer::Take);
            match at(answer, Step::Sender) {
                Some(text) => say(text?)?,
                None => say("250 2.1.0 fine\n")?,
            }
        } else if word.starts_with("RCPT") {
            to = line.trim_end().to_owned();
            match at(answer, Step::Addressee) {
                Some(text) => say(text?)?,
                None => say("250-2.1.5 fine\n250 2.1.5 go on\n")?,
            }
        } else if word == "DATA" {
            if let Some(text) = at(answer, Step::Data) {
                say(text?)?;
                continue;
            }
            say("354 go on\n")?;
            let text = text(&mut lines, answer == Answer::BreakAt(Step::Text))?;
            let (from, to) = (from.clone(), to.clone());
            // The test may have seen enough.
            let _ = sender.send(Got { from, to, text });
            match at(answer, Step::End) {
                Some(text) => say(text?)?,
                None if answer == Answer::Hang => loop {
                    std::thread::park();
                },
                None => say("250-2.0.0 taken\n250 2.0.0 thank you\n")?,
            }
        } else if word.starts_with("AUTH") {
            // A user `kept` with the password `secret`, as RFC 4616 has it.
            let known = line.trim_end() == "AUTH PLAIN AGtlcHQAc2VjcmV0";
            say(match known {
                true => "235 2.7.0 welcome\n",
                false => "535 5.7.8 no\n",
            })?;
        } else if word == "QUIT" {
            return say("221 bye\n");
        } else {
            say("250 fine\n")?;
        }
    }
}

/// What it says at a step, or that the connection breaks there.
fn at(answer: Answer, step: Step) -> Option<std::io::Result<&'static str>> {
    match answer {
        Answer::LaterAt(when) if when == step => Some(Ok("451-4.3.0 not\n451 4.3.0 now\n")),
        Answer::NeverAt(when) if when == step => {
            Some(Ok("550-5.1.1 there is\n550 5.1.1 nobody of this name\n"))
        }
        Answer::BreakAt(when) if when == step => {
            Some(Err(std::io::ErrorKind::ConnectionAborted.into()))
        }
        _ => None,
    }
}

fn text(lines: &mut impl BufRead, breaks: bool) -> std::io::Result<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 || (breaks && text.len() > 100) {
            return Err(std::io::ErrorKind::ConnectionAborted.into());
        }
        match line.trim_end_matches(['\r', '\n']) {
            "." => return Ok(text),
            // RFC 5321, section 4.5.2: a dot at the beginning was doubled.
            shown => text.push_str(shown.strip_prefix('.').unwrap_or(shown)),
        }
        text.push('\n');
    }
}
