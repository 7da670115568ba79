import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Lists an archive as a stream: CRC-32, length and name of each entry. What does not open ends it. */
public final class ReadZip {
    public static void main(String[] args) throws Exception {
        byte[] buffer = new byte[1 << 16];
        var out = new StringBuilder();
        try (var zip = new ZipInputStream(new BufferedInputStream(new FileInputStream(args[0])))) {
            for (ZipEntry entry; (entry = zip.getNextEntry()) != null; ) {
                var crc = new CRC32();
                long length = 0;
                for (int count; (count = zip.read(buffer)) > 0; length += count) {
                    crc.update(buffer, 0, count);
                }
                out.append(String.format("%08x %d %s%n", crc.getValue(), length, entry.getName()));
            }
        }
        System.out.write(out.toString().getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }
}
