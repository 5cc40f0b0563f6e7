package dev.agentos.domain.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.agentos.domain.port.Sandbox;
import dev.agentos.domain.port.Sandbox.Mechanism;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DoctorTest {

    private static final List<String> ALL = List.of(
            "namespace.user",
            "namespace.mount",
            "namespace.pid",
            "namespace.net",
            "root.readonly",
            "landlock",
            "seccomp",
            "no_new_privs",
            "limit.memory",
            "limit.pids",
            "limit.cpu",
            "limit.open_files",
            "limit.swap",
            "doors",
            "identity.own_uid",
            "schedule.deadline",
            "freeze",
            "kill_tree");

    private static HostFacts host(
            String mode, Map<String, String> lacking, Map<String, String> settings, String cgroups, boolean swap) {
        List<Mechanism> mechanisms = new ArrayList<>();
        for (String name : ALL) {
            String why = lacking.get(name);
            String fine = name.equals("landlock") ? "ABI 7" : "works";
            mechanisms.add(new Mechanism(name, why == null || why.startsWith("ABI"), why == null ? fine : why));
        }
        return new HostFacts(
                Optional.of(new Sandbox.Host("1", mode, mechanisms)),
                "",
                settings,
                cgroups,
                true,
                swap,
                "6.8.0",
                Optional.of(false),
                "/usr/lib/agentos/agentos-execd");
    }

    private static Finding finding(HostFacts facts, String code) {
        return Doctor.examine(facts).stream()
                .filter(finding -> finding.code().equals(code))
                .findFirst()
                .orElseThrow(() -> new AssertionError(Doctor.examine(facts).toString()));
    }

    private static long gaps(HostFacts facts) {
        return Doctor.examine(facts).stream().filter(Finding::isGap).count();
    }

    @Test
    void aHostThatHasEverythingHasNothingToRepair() {
        List<Finding> findings = Doctor.examine(host("privileged", Map.of(), Map.of(), "v2", true));
        assertEquals(List.of("mechanisms"), findings.stream().map(Finding::code).toList());
        assertEquals("ok", findings.getFirst().state());
    }

    @Test
    void ubuntusRestrictionNamesTheShippedProfile() {
        HostFacts facts = host(
                "unprivileged",
                Map.of("namespace.user", "refused (EACCES)"),
                Map.of("kernel.apparmor_restrict_unprivileged_userns", "1"),
                "v2",
                false);
        Finding finding = finding(facts, "userns.apparmor");
        assertTrue(finding.isGap());
        assertEquals(List.of("runtime.process"), finding.contractLines());
        assertTrue(finding.fix().contains("installer/src/main/apparmor/agentos-execd"), finding.fix());
        assertTrue(finding.fix().contains("apparmor_parser -r /etc/apparmor.d/agentos-execd"), finding.fix());
        HostFacts asRoot =
                host("privileged", Map.of(), Map.of("kernel.apparmor_restrict_unprivileged_userns", "1"), "v2", false);
        assertEquals("note", finding(asRoot, "userns.apparmor").state(), "the privileged broker is not held back");
    }

    @Test
    void switchedOffNamespacesNameTheSwitch() {
        Map<String, String> lacks = Map.of("namespace.user", "refused (EPERM)");
        assertTrue(finding(
                        host("unprivileged", lacks, Map.of("kernel.unprivileged_userns_clone", "0"), "v2", false),
                        "userns.switched-off")
                .fix()
                .startsWith("sudo sysctl -w kernel.unprivileged_userns_clone=1"));
        assertTrue(finding(
                        host("unprivileged", lacks, Map.of("user.max_user_namespaces", "0"), "v2", false),
                        "userns.none-left")
                .fix()
                .startsWith("sudo sysctl -w user.max_user_namespaces="));
        assertTrue(finding(host("privileged", lacks, Map.of(), "v2", false), "userns.refused")
                .isGap());
    }

    @Test
    void missingLimitsNameTheContractLinesAndTheDelegation() {
        Map<String, String> lacks = Map.of("limit.memory", "not delegated", "limit.cpu", "not delegated");
        Finding delegation = finding(host("unprivileged", lacks, Map.of(), "v2", false), "cgroup.delegation");
        assertEquals(List.of("compute.mem", "compute.cpu"), delegation.contractLines());
        assertEquals(List.of("limit.memory", "limit.cpu"), delegation.mechanisms());
        assertTrue(delegation.fix().contains("Delegate=cpu cpuset io memory pids"), delegation.fix());
        assertTrue(finding(host("unprivileged", lacks, Map.of(), "hybrid", false), "cgroup.version")
                .fix()
                .contains("systemd.unified_cgroup_hierarchy=1"));
        assertTrue(finding(host("privileged", lacks, Map.of(), "none", false), "cgroup.none")
                .isGap());
        assertTrue(finding(host("privileged", lacks, Map.of(), "v2", false), "cgroup.controllers")
                .fix()
                .contains("cgroup.subtree_control"));
    }

    @Test
    void anOldLandlockIsANoteAndNoneIsAGap() {
        Finding old = finding(host("privileged", Map.of("landlock", "ABI 3"), Map.of(), "v2", false), "landlock.old");
        assertEquals("note", old.state());
        assertTrue(old.consequence().contains("network namespace alone"), old.consequence());
        Finding none = finding(
                host("privileged", Map.of("landlock", "off; add landlock to lsm="), Map.of(), "v2", false),
                "landlock.missing");
        assertTrue(none.isGap());
        assertTrue(none.fix().contains("lsm=landlock"), none.fix());
    }

    @Test
    void swapMattersOnlyWhereThereIsSome() {
        Map<String, String> lacks = Map.of("limit.swap", "no swap accounting");
        assertEquals(
                "gap",
                finding(host("privileged", lacks, Map.of(), "v1", true), "swap").state());
        assertEquals(
                "note",
                finding(host("privileged", lacks, Map.of(), "v1", false), "swap")
                        .state());
    }

    @Test
    void hardRealTimeIdentitiesDoorsAndTheModeAreTold() {
        Map<String, String> lacks = Map.of(
                "schedule.deadline",
                "EPERM",
                "identity.own_uid",
                "no idmapped mounts",
                "doors",
                "old broker",
                "freeze",
                "no");
        HostFacts facts = host("unprivileged", lacks, Map.of(), "v2", false);
        assertEquals(
                List.of("class.latency", "schedule"),
                finding(facts, "schedule.deadline").contractLines());
        assertEquals("note", finding(facts, "identity.own_uid").state());
        assertEquals(
                List.of("egress.domains", "security.consent_for"),
                finding(facts, "doors").contractLines());
        assertTrue(finding(facts, "freeze").isGap());
        assertEquals("note", finding(facts, "mode.unprivileged").state());
        assertEquals(3, gaps(facts));
        for (Finding finding : Doctor.examine(facts)) {
            assertFalse(finding.isGap() && finding.fix().isEmpty(), finding.toString());
        }
    }

    @Test
    void withoutABrokerNothingIsClaimed() {
        HostFacts facts = new HostFacts(
                Optional.empty(), "no socket", Map.of(), "v2", false, false, "6.8", Optional.empty(), "/x");
        assertEquals(
                List.of("broker.unavailable"),
                Doctor.examine(facts).stream().map(Finding::code).toList());
        assertEquals(1, gaps(facts));
    }
}
