package dev.mnemo.budget;

import dev.mnemo.call.BudgetListener;

/** For what is only looked at: nobody is told of it. */
final class Untold implements BudgetListener {

    @Override
    public void refused(String tenant, String limit) {}

    @Override
    public void warned(String tenant, String limit) {}

    @Override
    public void overShadow(String tenant, String limit) {}

    @Override
    public void unavailable(String tenant, boolean refused, Throwable why) {}

    @Override
    public void estimated(String tenant) {}

    @Override
    public void lost(String tenant, long holds) {}
}
