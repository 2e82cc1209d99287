// Step 5: thermal constants and the energy balance.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/analysis_options.hpp"
#include "cli/table.hpp"
#include "rlecouple/balance.hpp"

namespace rle::cli {

struct BalanceCommand {
    std::string input;   ///< session folder, file, or "-"
    std::string output;  ///< -o: balance.json, "-" for stdout; empty: into the session
    AnalysisOptions analysis;
    std::shared_ptr<StagesTable> table = {};  ///< what stands at `input`, where it is at hand already
};

/// --fit-ambient and --idle-power
void declare_balance_options(CLI::App& app, AnalysisOptions& options);

/// The columns that balance uses, each as often as it does.
std::vector<std::string> balance_columns();

/// Reads the table, balances, writes balance.json where it has a place, prints a summary.
Balance balance_stage(const BalanceCommand& command);

}  // namespace rle::cli
