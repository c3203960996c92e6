import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/** One node of a cluster on this machine, until the process is stopped. */
public class Node {
    /** Arguments: folder, node's number, HTTP ports of all nodes with commas, transport ports of all nodes. */
    public static void main(String[] arguments) throws Exception {
        int number = Integer.parseInt(arguments[1]);
        String[] http = arguments[2].split(",");
        String[] transport = arguments[3].split(",");
        String[] names = new String[http.length];
        String[] seeds = new String[http.length];
        for (int node = 0; node < http.length; node++) {
            names[node] = "node-" + (node + 1);
            seeds[node] = "127.0.0.1:" + transport[node];
        }
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((ignored, settings) -> {
            settings.put("node.name", names[number - 1]);
            settings.put("network.host", "127.0.0.1");
            settings.put("http.port", http[number - 1]);
            settings.put("transport.port", transport[number - 1]);
            settings.put("discovery.type", "zen");
            settings.putList("discovery.seed_hosts", seeds);
            settings.putList("cluster.initial_cluster_manager_nodes", names);
            // What is typed may be long, and each of its words is sought in each field.
            settings.put("indices.query.bool.max_clause_count", 16384);
            // What counts is what is held. Of what is not any more, this collector leaves much for later.
            settings.put("indices.breaker.total.use_real_memory", false);
            // A full disk of a developer's machine is no reason to refuse documents of a test.
            settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
            // Rebalancing copies shards that a test is about to delete.
            settings.put("cluster.routing.rebalance.enable", "none");
        });
        runner.build(OpenSearchRunner.newConfigs()
            .clusterName("medsearch-" + http[0])
            .basePath(Path.of(arguments[0]).toString())
            .numOfNode(1));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                runner.close();
            } catch (Exception error) {
                System.err.println("closing the node: " + error);
            }
        }));
        new CountDownLatch(1).await();
    }
}
