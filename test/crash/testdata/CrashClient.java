import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.jms.BytesMessage;
import javax.jms.Connection;
import javax.jms.Destination;
import javax.jms.JMSException;
import javax.jms.Message;
import javax.jms.MessageConsumer;
import javax.jms.MessageProducer;
import javax.jms.Session;
import javax.jms.Topic;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ActiveMQMessageProducer;
import org.apache.activemq.ActiveMQXAConnection;
import org.apache.activemq.ActiveMQXAConnectionFactory;
import org.apache.activemq.AsyncCallback;

/**
 * Producers and consumers that go on while their broker is killed and comes back, and tell what they know, line by line:
 *
 *   open C BROKER ROLE           connection C of a role stands, to the broker process that calls itself BROKER
 *   closed C                     it is given up
 *   send ID, sent ID             a send begins; it is confirmed
 *   commit T C +ID… -ID…         the commit of a transaction that sends (+) and takes (-) begins; =SUB there names the taker's subscription
 *   prepare T C +ID…             the first phase of an XA branch that is to be committed begins
 *   prepare-abandon T C +ID…     the same for a branch that will be rolled back
 *   prepared T                   the first phase is confirmed
 *   finish T, committed T        the second phase begins; a commit, of either kind, is confirmed
 *   abandon T C +ID… -ID…        a rollback begins; nothing that T sent may be seen, what it took comes back
 *   recovered C T…               the prepared branches that the broker lists
 *   got C SUB ID FLAG            a message is received by SUB (a subscription's name, or - for a queue); 1: flagged as redelivered
 *   ack C SUB ID…, acked C SUB ID…   an acknowledgement begins; it is confirmed
 *
 * An ID is DESTINATION/PRODUCER/NUMBER. No ID is sent a second time outside of a transaction that failed.
 *
 *   CrashClient URL SEED run|drain      the line "stop" on standard input ends the producers, and then, after some seconds
 *                                       without any message, the consumers; drain has consumers only and needs no stop.
 */
public class CrashClient {
    static final long IDLE_MILLIS = 3000;
    static String url;
    static long seed;
    static volatile boolean stopping;
    static volatile long lastArrival = System.currentTimeMillis();
    static final AtomicInteger connections = new AtomicInteger(), transactions = new AtomicInteger();

    static synchronized void log(Object... words) {
        System.out.println(Arrays.stream(words).map(String::valueOf).collect(Collectors.joining(" ")));
        System.out.flush();
    }

    static String all(String sign, List<String> ids) { return ids.stream().map(i -> sign + i).collect(Collectors.joining(" ")); }

    /** One connection at a time, again and again until the role has ended. */
    abstract static class Role extends Thread {
        final String role;
        final Random random;
        int c;

        Role(String role) { super(role); this.role = role; random = new Random(seed + role.hashCode()); }

        abstract void work(ActiveMQConnection connection) throws Exception;
        abstract boolean ended();

        String clientId() { return null; }
        ActiveMQConnection connect() throws JMSException { return (ActiveMQConnection) factory().createConnection(); }

        ActiveMQConnectionFactory factory() {
            ActiveMQConnectionFactory f = this instanceof Branches ? new ActiveMQXAConnectionFactory(url) : new ActiveMQConnectionFactory(url);
            f.setSendAcksAsync(false);
            f.setWatchTopicAdvisories(false);
            f.getRedeliveryPolicy().setInitialRedeliveryDelay(0);
            f.getRedeliveryPolicy().setRedeliveryDelay(0);
            f.getRedeliveryPolicy().setMaximumRedeliveries(-1);
            return f;
        }

        @Override public void run() {
            while (!ended()) {
                ActiveMQConnection connection = null;
                try {
                    connection = connect();
                    if (clientId() != null) connection.setClientID(clientId());
                    connection.start();
                    connection.getBrokerName(); // waits for the broker's introduction
                    c = connections.incrementAndGet();
                    log("open", c, connection.getBrokerInfo().getBrokerId(), role);
                    work(connection);
                } catch (Exception e) {
                    pause(20);
                } finally {
                    if (c != 0) log("closed", c);
                    c = 0;
                    if (connection != null) try { connection.close(); } catch (JMSException e) { /* it is broken already */ }
                }
            }
        }

        static void pause(long millis) {
            try { Thread.sleep(millis); } catch (InterruptedException e) { throw new IllegalStateException(e); }
        }
    }

    abstract static class Producer extends Role {
        final String to;
        int number;

        Producer(String role, String to) { super(role); this.to = to; }

        @Override boolean ended() { return stopping; }
        String next() { return to + "/" + role + "/" + ++number; }
        Message message(Session s, String id) throws JMSException { return body(s, id, random); }
        void rest() { pause(random.nextInt(6)); }
    }

    static Message body(Session s, String id, Random random) throws JMSException {
        BytesMessage m = s.createBytesMessage();
        m.writeUTF(id);
        byte[] pad = new byte[random.nextInt(200) == 0 ? 150_000 : random.nextInt(2000)];
        random.nextBytes(pad);
        m.writeBytes(pad);
        return m;
    }

    static Destination destination(Session s, String name) throws JMSException {
        return name.startsWith("t.") ? s.createTopic(name) : s.createQueue(name);
    }

    /** Each send waits for its confirmation. */
    static class Sender extends Producer {
        Sender(String role, String to) { super(role, to); }
        @Override void work(ActiveMQConnection connection) throws Exception {
            Session s = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageProducer p = s.createProducer(destination(s, to));
            while (!ended()) {
                String id = next();
                log("send", id);
                p.send(message(s, id));
                log("sent", id);
                rest();
            }
        }
    }

    /** Confirmations arrive later, up to a hundred of them outstanding. */
    static class Caller extends Producer {
        Caller(String role, String to) { super(role, to); }
        @Override void work(ActiveMQConnection connection) throws Exception {
            Session s = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            ActiveMQMessageProducer p = (ActiveMQMessageProducer) s.createProducer(destination(s, to));
            Semaphore window = new Semaphore(100);
            while (!ended() && window.tryAcquire(10, TimeUnit.SECONDS)) {
                String id = next();
                log("send", id);
                p.send(message(s, id), new AsyncCallback() {
                    @Override public void onSuccess() { log("sent", id); window.release(); }
                    @Override public void onException(JMSException e) { window.release(); }
                });
                if (random.nextInt(50) == 0) rest();
                if (number % 100 == 0) pause(50);
            }
            window.tryAcquire(100, 10, TimeUnit.SECONDS);
        }
    }

    /** Never learns what became of a send, only that the producer window moves on. */
    static class Streamer extends Producer {
        Streamer(String role, String to) { super(role, to); }
        @Override ActiveMQConnectionFactory factory() {
            ActiveMQConnectionFactory f = super.factory();
            f.setUseAsyncSend(true);
            f.setProducerWindowSize(100_000);
            return f;
        }
        @Override void work(ActiveMQConnection connection) throws Exception {
            Session s = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageProducer p = s.createProducer(destination(s, to));
            while (!ended()) {
                String id = next();
                log("send", id);
                p.send(message(s, id));
                rest();
            }
        }
    }

    /** Sends in transactions of one to ten messages, one in ten of them rolled back. */
    static class Transactor extends Producer {
        Transactor(String role, String to) { super(role, to); }
        @Override void work(ActiveMQConnection connection) throws Exception {
            Session s = connection.createSession(true, Session.SESSION_TRANSACTED);
            MessageProducer p = s.createProducer(destination(s, to));
            while (!ended()) {
                List<String> ids = new ArrayList<>();
                for (int n = 1 + random.nextInt(10); n > 0; n--) {
                    ids.add(next());
                    p.send(message(s, ids.get(ids.size() - 1)));
                }
                int t = transactions.incrementAndGet();
                if (random.nextInt(10) == 0) {
                    log("abandon", t, c, all("+", ids));
                    s.rollback();
                } else {
                    log("commit", t, c, all("+", ids));
                    s.commit();
                    log("committed", t);
                }
                rest();
            }
        }
    }

    /** Sends in XA branches with two phases. What a crash leaves prepared is committed after it, but for one in five. */
    static class Branches extends Producer {
        static final class Branch implements Xid {
            final int number;
            Branch(int number) { this.number = number; }
            @Override public int getFormatId() { return 2718; }
            @Override public byte[] getGlobalTransactionId() { return ("crash-" + seed + "-" + number).getBytes(); }
            @Override public byte[] getBranchQualifier() { return new byte[] {1}; }
        }

        Branches(String role, String to) { super(role, to); }

        static boolean rollsBack(int t) { return t % 5 == 0; }

        static int numberOf(Xid x) {
            String[] part = new String(x.getGlobalTransactionId()).split("-");
            return x.getFormatId() == 2718 && part.length == 3 && part[1].equals("" + seed) ? Integer.parseInt(part[2]) : 0;
        }

        void finish(XAResource r, int t) throws XAException {
            log("finish", t);
            if (rollsBack(t)) r.rollback(new Branch(t));
            else r.commit(new Branch(t), false);
            if (!rollsBack(t)) log("committed", t);
        }

        @Override void work(ActiveMQConnection connection) throws Exception {
            javax.jms.XASession s = ((ActiveMQXAConnection) connection).createXASession();
            XAResource r = s.getXAResource();
            List<Integer> left = new ArrayList<>();
            for (Xid x : r.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN)) if (numberOf(x) > 0) left.add(numberOf(x));
            log("recovered", c, left.stream().map(String::valueOf).collect(Collectors.joining(" ")));
            for (int t : left) finish(r, t);
            MessageProducer p = s.createProducer(destination(s, to));
            while (!ended()) {
                int t = transactions.incrementAndGet();
                Branch x = new Branch(t);
                r.start(x, XAResource.TMNOFLAGS);
                List<String> ids = new ArrayList<>();
                for (int n = 1 + random.nextInt(3); n > 0; n--) {
                    ids.add(next());
                    p.send(message(s, ids.get(ids.size() - 1)));
                }
                r.end(x, XAResource.TMSUCCESS);
                log(rollsBack(t) ? "prepare-abandon" : "prepare", t, c, all("+", ids));
                r.prepare(x);
                log("prepared", t);
                rest();
                finish(r, t);
                rest();
            }
        }
    }

    /** Takes what comes, until nothing has come for a while after the producers' end. */
    abstract static class Consumer extends Role {
        final String from, subscription;

        Consumer(String role, String from) { super(role); this.from = from; subscription = from.startsWith("t.") ? role : "-"; }

        @Override boolean ended() { return stopping && System.currentTimeMillis() - lastArrival > IDLE_MILLIS; }
        @Override String clientId() { return subscription.equals("-") ? null : role; }

        MessageConsumer consumer(Session s) throws JMSException {
            return subscription.equals("-") ? s.createConsumer(s.createQueue(from)) : s.createDurableSubscriber((Topic) destination(s, from), role);
        }
        String note(Message m) throws JMSException {
            lastArrival = System.currentTimeMillis();
            String id = ((BytesMessage) m).readUTF();
            log("got", c, subscription, id, m.getJMSRedelivered() ? 1 : 0);
            return id;
        }
    }

    /** The client acknowledges after each message, and nobody learns when. */
    static class Listener extends Consumer {
        Listener(String role, String from) { super(role, from); }
        @Override ActiveMQConnectionFactory factory() {
            ActiveMQConnectionFactory f = super.factory();
            f.setSendAcksAsync(true);
            return f;
        }
        @Override void work(ActiveMQConnection connection) throws Exception {
            Session s = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            consumer(s).setMessageListener(m -> {
                try { note(m); } catch (JMSException e) { throw new IllegalStateException(e); }
            });
            while (!ended() && !connection.isTransportFailed()) pause(5);
        }
    }

    /** Acknowledges in batches and waits for the broker's answer. */
    static class Acknowledger extends Consumer {
        Acknowledger(String role, String from) { super(role, from); }
        @Override void work(ActiveMQConnection connection) throws Exception {
            Session s = connection.createSession(false, Session.CLIENT_ACKNOWLEDGE);
            MessageConsumer in = consumer(s);
            while (!ended()) {
                List<String> ids = new ArrayList<>();
                Message last = null;
                for (int n = 1 + random.nextInt(20); n > 0; n--) {
                    Message m = in.receive(100);
                    if (m == null) break;
                    ids.add(note(m));
                    last = m;
                }
                if (last == null) continue;
                log("ack", c, subscription, all("", ids));
                last.acknowledge();
                log("acked", c, subscription, all("", ids));
            }
        }
    }

    /** Takes in transactions, one in ten rolled back; with a second destination it passes on what it takes. */
    static class Taker extends Consumer {
        final String to;
        Taker(String role, String from, String to) { super(role, from); this.to = to; }
        @Override void work(ActiveMQConnection connection) throws Exception {
            Session s = connection.createSession(true, Session.SESSION_TRANSACTED);
            MessageConsumer in = consumer(s);
            MessageProducer out = to == null ? null : s.createProducer(s.createQueue(to));
            while (!ended()) {
                List<String> taken = new ArrayList<>(), sent = new ArrayList<>();
                for (int n = 1 + random.nextInt(10); n > 0; n--) {
                    Message m = in.receive(100);
                    if (m == null) break;
                    String id = note(m);
                    taken.add(id);
                    if (out == null) continue;
                    sent.add(to + id.substring(from.length()));
                    out.send(body(s, sent.get(sent.size() - 1), random));
                }
                if (taken.isEmpty()) continue;
                int t = transactions.incrementAndGet();
                boolean abandon = random.nextInt(10) == 0;
                log(abandon ? "abandon" : "commit", t, c, subscription.equals("-") ? all("+", sent) : "=" + subscription, all("-", taken));
                if (abandon) {
                    s.rollback();
                } else {
                    s.commit();
                    log("committed", t);
                }
            }
        }
    }

    public static void main(String[] args) throws Exception {
        url = args[0];
        seed = Long.parseLong(args[1]);
        List<Role> consumers = List.of(new Listener("auto", "q.auto"), new Acknowledger("client", "q.client"),
            new Taker("tx1", "q.tx", null), new Taker("tx2", "q.tx", null), new Taker("mover", "q.in", "q.out"), new Taker("out", "q.out", null),
            new Taker("xatake", "q.xa", null), new Acknowledger("durable1", "t.durable"), new Taker("durable2", "t.durable", null));
        List<Role> producers = List.of(new Sender("sync", "q.auto"), new Caller("call", "q.auto"), new Sender("sync2", "q.client"), new Streamer("stream", "q.client"),
            new Transactor("send-tx", "q.tx"), new Sender("feed", "q.in"), new Branches("xa", "q.xa"), new Sender("news", "t.durable"), new Transactor("news-tx", "t.durable"));
        List<Role> roles = new ArrayList<>(consumers);
        if (args[2].equals("run")) {
            for (String name : List.of("durable1", "durable2")) subscribe(name);
            roles.addAll(producers);
            Thread control = new Thread(CrashClient::obey);
            control.setDaemon(true);
            control.start();
        } else {
            transactions.set(1_000_000); // apart from those of the run before
            connections.set(1_000_000);
            stopping = true;
        }
        for (Role r : roles) r.start();
        for (Role r : roles) r.join();
        log("done");
        System.exit(0);
    }

    static void subscribe(String name) throws JMSException {
        Connection connection = new ActiveMQConnectionFactory(url).createConnection();
        connection.setClientID(name);
        Session s = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        s.createDurableSubscriber((Topic) destination(s, "t.durable"), name);
        connection.close();
    }

    static void obey() {
        try {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
            for (String line = in.readLine(); line != null && !line.equals("stop"); line = in.readLine()) { }
        } catch (java.io.IOException e) {
            log("error", e);
        }
        lastArrival = System.currentTimeMillis();
        stopping = true;
    }
}
