package dev.mnemo.autoconfigure;

import dev.mnemo.tenant.TenantProblemsException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Has a start that a bad tenant file stops end with the files' problems, and not with a stack trace. */
final class TenantProblemsAnalyzer extends AbstractFailureAnalyzer<TenantProblemsException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, TenantProblemsException cause) {
        return new FailureAnalysis(
                "Tenant files cannot be used:\n\n" + cause.getMessage(),
                "Correct them in the directory that MNEMO_TENANTS (mnemo.tenants) names, and start again.",
                cause);
    }
}
