// Prints what Jasypt 1.9.3 (Debian's libjasypt-java) makes of texts, one line each: algorithm, iterations, output type or fixed salt, password, text, encrypted.
//
//	javac -cp /usr/share/java/jasypt.jar -d /tmp Jasypt.java && java -cp /usr/share/java/jasypt.jar:/tmp Jasypt > jasypt.txt

import org.jasypt.encryption.pbe.StandardPBEStringEncryptor;
import org.jasypt.iv.RandomIvGenerator;
import org.jasypt.salt.StringFixedSaltGenerator;

public class Jasypt {
    public static void main(String[] args) {
        StandardPBEStringEncryptor fixed = new StandardPBEStringEncryptor();
        fixed.setAlgorithm("PBEWithMD5AndTripleDES");
        fixed.setPassword("activemq");
        fixed.setSaltGenerator(new StringFixedSaltGenerator("abcdabcd"));
        System.out.println("PBEWithMD5AndTripleDES\t1000\tsalt abcdabcd\tactivemq\tmanager\t" + fixed.encrypt("manager"));
        String[] algorithms = {
            "PBEWithMD5AndDES", "PBEWithMD5AndTripleDES", "PBEWithSHA1AndDESede",
            "PBEWithHmacSHA1AndAES_128", "PBEWithHmacSHA224AndAES_256", "PBEWithHmacSHA256AndAES_128", "PBEWithHmacSHA384AndAES_256",
            "PBEWITHHMACSHA512ANDAES_128", "PBEWITHHMACSHA512ANDAES_256",
        };
        for (String algorithm : algorithms) {
            for (String text : new String[] {"manager", "", "p\u00e4ss w\u00f6rd \u20ac", "exactly sixteen."}) {
                for (String type : new String[] {"base64", "hexadecimal"}) {
                    StandardPBEStringEncryptor e = new StandardPBEStringEncryptor();
                    e.setAlgorithm(algorithm);
                    e.setPassword("activemq");
                    e.setStringOutputType(type);
                    int iterations = type.equals("base64") ? 1000 : 7;
                    e.setKeyObtentionIterations(iterations);
                    if (algorithm.toUpperCase().contains("AES")) {
                        e.setIvGenerator(new RandomIvGenerator());
                    }
                    System.out.println(algorithm + "\t" + iterations + "\t" + type + "\tactivemq\t" + text + "\t" + e.encrypt(text));
                }
            }
        }
    }
}
