import java.util.HashSet;
import java.util.Set;
import javax.jms.JMSException;
import javax.jms.MessageConsumer;
import javax.jms.MessageProducer;
import javax.jms.Session;
import javax.jms.TextMessage;
import javax.jms.TransactionRolledBackException;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ScheduledMessage;

/**
 * Producers that trust in failover: to reconnect them and to send again what was not answered. They tell, line by line:
 *
 *   sent ID          a send is confirmed
 *   committed ID…    a transaction with these is
 *   doubt ID…        the client could not know, said so, and forgot the transaction
 *   got ID           by drain, until nothing comes for some seconds
 *   done
 *
 *   FailoverClient URL run|drain      the end of standard input stops the producers
 */
public class FailoverClient {
    static volatile boolean stopping;
    static String url;

    static synchronized void log(String line) { System.out.println(line); }

    interface Work { void run(Session s) throws Exception; }

    static Thread worker(boolean transacted, Work work) {
        Thread t = new Thread(() -> {
            try {
                javax.jms.Connection c = new ActiveMQConnectionFactory(url).createConnection();
                c.start();
                work.run(c.createSession(transacted, transacted ? Session.SESSION_TRANSACTED : Session.AUTO_ACKNOWLEDGE));
                c.close();
            } catch (Throwable e) {
                e.printStackTrace();
                log("failed " + e);
            }
        });
        t.start();
        return t;
    }

    static void send(String queue, Session s, long delay) throws JMSException {
        MessageProducer p = s.createProducer(s.createQueue(queue));
        for (int i = 0; !stopping; i++) {
            TextMessage m = s.createTextMessage(queue + "/" + i);
            if (delay > 0) m.setLongProperty(ScheduledMessage.AMQ_SCHEDULED_DELAY, delay);
            p.send(m);
            log("sent " + m.getText());
        }
    }

    static void transact(String queue, Session s) throws JMSException {
        MessageProducer p = s.createProducer(s.createQueue(queue));
        for (int i = 0; !stopping; i++) {
            StringBuilder ids = new StringBuilder();
            try {
                for (int k = 0; k < 3; k++) {
                    TextMessage m = s.createTextMessage(queue + "/" + i + "." + k);
                    ids.append(' ').append(m.getText());
                    p.send(m);
                }
                s.commit();
                log("committed" + ids);
            } catch (TransactionRolledBackException e) {
                log("doubt" + ids);
            }
        }
    }

    static void drain(String queue, Session s) throws JMSException {
        MessageConsumer c = s.createConsumer(s.createQueue(queue));
        for (javax.jms.Message m; (m = c.receive(4000)) != null;) log("got " + ((TextMessage) m).getText());
    }

    public static void main(String[] args) throws Exception {
        url = args[0];
        String[] queues = {"plain", "plain2", "scheduled", "tx", "tx2"};
        Set<Thread> workers = new HashSet<>();
        for (String q : queues) {
            boolean transacted = q.startsWith("tx");
            if (args[1].equals("drain")) workers.add(worker(false, s -> drain(q, s)));
            else if (transacted) workers.add(worker(true, s -> transact(q, s)));
            else workers.add(worker(false, s -> send(q, s, q.equals("scheduled") ? 700 : 0)));
        }
        if (args[1].equals("run")) {
            while (System.in.read() >= 0) ;
            stopping = true;
        }
        for (Thread t : workers) t.join();
        log("done");
    }
}
