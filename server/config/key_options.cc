#include "server/config/key_options.h"

#include "index/codec/crypto.h"
#include "index/registry/registry.h"
#include "index/store/master_keys.h"
#include "server/config/server_config.h"

namespace creditreg {

void SetKeyOptions(const ServerConfig& config, RegistryOptions* options) {
  options->key_dir = config.key_dir;
  options->sealing_suite = config.sealing == kSealingSm4
                               ? SealingSuite::kSm4HmacSm3
                               : SealingSuite::kAes256Gcm;
  if (!config.master_key_command.empty()) {
    options->master_keys =
        MasterKeyCommand(CommandWords(config.master_key_command));
  } else if (!config.master_key_dir.empty()) {
    options->master_keys = MasterKeyFiles(config.master_key_dir);
  }
}

}  // namespace creditreg
