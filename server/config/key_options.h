// What the settings say of keys, as the registry takes it.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_SERVER_CONFIG_KEY_OPTIONS_H_
#define CREDITREG_SERVER_CONFIG_KEY_OPTIONS_H_

#include "index/registry/registry.h"
#include "server/config/server_config.h"

namespace creditreg {

// `config` was checked by CheckServerConfig().
void SetKeyOptions(const ServerConfig& config, RegistryOptions* options);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_CONFIG_KEY_OPTIONS_H_
