import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.jms.BytesMessage;
import javax.jms.Connection;
import javax.jms.DeliveryMode;
import javax.jms.MessageConsumer;
import javax.jms.MessageProducer;
import javax.jms.Session;
import org.apache.activemq.ActiveMQConnectionFactory;

/**
 * Fills a queue and empties it.
 *
 *   Backlog URL produce PRODUCERS EACH SIZE   persistent messages in transactions of 200; prints "sent N"
 *   Backlog URL drain PRODUCERS EACH SIZE     takes all of them, in transactions of 100; prints "took N" when each producer's
 *                                             messages came all, once and in order, and the queue is empty after them
 *
 * The first thing wrong goes to standard output, with exit status 1.
 */
public class Backlog {
    public static void main(String[] args) throws Exception {
        ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(args[0]);
        factory.setWatchTopicAdvisories(false);
        int producers = Integer.parseInt(args[2]), each = Integer.parseInt(args[3]), size = Integer.parseInt(args[4]);
        if (args[1].equals("produce")) produce(factory, producers, each, size);
        else drain(factory, producers, each, size);
        System.exit(0);
    }

    static void produce(ActiveMQConnectionFactory factory, int producers, int each, int size) throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < producers; i++) {
            int producer = i;
            threads.add(new Thread(() -> {
                try {
                    byte[] body = new byte[size];
                    new Random(producer).nextBytes(body);
                    Connection connection = factory.createConnection();
                    Session s = connection.createSession(true, Session.SESSION_TRANSACTED);
                    MessageProducer p = s.createProducer(s.createQueue("backlog"));
                    p.setDeliveryMode(DeliveryMode.PERSISTENT);
                    for (int n = 1; n <= each; n++) {
                        BytesMessage m = s.createBytesMessage();
                        m.writeInt(producer);
                        m.writeInt(n);
                        m.writeBytes(body, 8, size - 8);
                        p.send(m);
                        if (n % 200 == 0 || n == each) s.commit();
                    }
                    connection.close();
                } catch (Exception e) {
                    wrong("producer " + producer + ": " + e);
                }
            }));
        }
        for (Thread t : threads) t.start();
        for (Thread t : threads) t.join();
        System.out.println("sent " + (long) producers * each);
    }

    static void drain(ActiveMQConnectionFactory factory, int producers, int each, int size) throws Exception {
        int[] last = new int[producers];
        Connection connection = factory.createConnection();
        connection.start();
        Session s = connection.createSession(true, Session.SESSION_TRANSACTED);
        MessageConsumer in = s.createConsumer(s.createQueue("backlog"));
        long all = (long) producers * each;
        for (long n = 1; n <= all; n++) {
            BytesMessage m = (BytesMessage) in.receive(20_000);
            if (m == null) wrong("nothing more after " + (n - 1) + " of " + all + " messages");
            int producer = m.readInt(), number = m.readInt();
            if (number != last[producer] + 1) wrong("number " + number + " of producer " + producer + " comes after " + last[producer]);
            if (m.getBodyLength() != size) wrong("a body of " + m.getBodyLength() + " bytes, want " + size);
            last[producer] = number;
            if (n % 100 == 0 || n == all) s.commit();
        }
        if (in.receive(500) != null) wrong("more than " + all + " messages");
        connection.close();
        System.out.println("took " + all);
    }

    static void wrong(String what) {
        System.out.println(what);
        System.out.flush();
        Runtime.getRuntime().halt(1);
    }
}
